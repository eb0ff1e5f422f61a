package server

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/spideriq/spideriq-go/benchmarks/internal/stub"
)

// Think is how long a slow server takes for an answer.
const Think = 5 * time.Millisecond

// ServeIfAsked is the first thing that a program does which calls [Start]: in the process that
// Start makes, it serves until its input ends, and ends the process.
func ServeIfAsked() {
	certificate := os.Getenv(variable)
	if certificate == "" {
		return
	}
	if err := serve(certificate); err != nil {
		log.Fatal(err)
	}
	os.Exit(0)
}

// A counter counts connections.
type counter struct{ opened atomic.Int64 }

func (c *counter) count(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		c.opened.Add(1)
	}
}

func serve(certificateFile string) error {
	certificate, err := newCertificate(certificateFile)
	if err != nil {
		return err
	}
	var connections counter
	answer := http.HandlerFunc(stub.ServeHTTP)
	slowly := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(Think)
		stub.ServeHTTP(w, r)
	})
	plain := &http.Server{Handler: answer, ConnState: connections.count}
	slow := &http.Server{Handler: slowly, ConnState: connections.count}
	secure := &http.Server{
		Handler: answer, ConnState: connections.count,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}},
	}
	servers := []*http.Server{plain, slow, secure}
	addresses, err := listen(servers)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/api/v1 http://%s/api/v1 https://%s/api/v1\n", addresses[0], addresses[1], addresses[2])
	for commands := bufio.NewScanner(os.Stdin); commands.Scan(); {
		for _, s := range servers {
			s.SetKeepAlivesEnabled(false) // closes the idle ones
			s.SetKeepAlivesEnabled(true)
		}
		fmt.Println(connections.opened.Swap(0))
	}
	return nil
}

// listen lets each server serve at an address of its own, the last with TLS.
func listen(servers []*http.Server) ([]net.Addr, error) {
	var addresses []net.Addr
	for i, s := range servers {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		addresses = append(addresses, listener.Addr())
		if i == len(servers)-1 {
			go func() { log.Fatal(s.ServeTLS(listener, "", "")) }()
		} else {
			go func() { log.Fatal(s.Serve(listener)) }()
		}
	}
	return addresses, nil
}

// newCertificate makes a certificate for the loopback address and writes it to a file.
func newCertificate(file string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, os.WriteFile(file, text, 0o600)
}
