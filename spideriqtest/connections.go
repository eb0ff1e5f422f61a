package spideriqtest

import (
	"net"
	"net/http"
	"sync"
)

// connections knows which connections of a server are open, and which of them have
// not brought a request yet: http.Server.Shutdown would wait for those as well.
type connections struct {
	open sync.WaitGroup

	mu     sync.Mutex
	unused map[net.Conn]bool
}

// track is a http.Server.ConnState.
func (c *connections) track(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.unused, conn)
	switch state {
	case http.StateNew:
		if c.unused == nil {
			c.unused = make(map[net.Conn]bool)
		}
		c.unused[conn] = true
		c.open.Add(1)
	case http.StateClosed:
		c.open.Done()
	}
}

func (c *connections) closeUnused() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.unused {
		_ = conn.Close()
	}
}
