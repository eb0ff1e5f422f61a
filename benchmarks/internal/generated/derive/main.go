// Command derive writes the OpenAPI 3.0 document that the generators read, from the OpenAPI
// 3.1 document of the contract tests:
//
//	go run ./derive ../../../contract/openapi.yaml openapi.json
package main

import (
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: derive openapi.yaml openapi.json")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	derived, err := derive(text)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[2], derived, 0o644); err != nil {
		log.Fatal(err)
	}
}
