// Api compares what the library exports with testdata/api.txt, so that no change of
// it goes unnoticed. Run it in the folder tools:
//
//	go run ./api            # exits 1 and prints the difference, if there is one
//	go run ./api -update    # after the change is announced in CHANGELOG.md
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const golden = "../testdata/api.txt"

func main() {
	update := flag.Bool("update", false, "write "+golden)
	flag.Parse()
	if err := run(*update); err != nil {
		fmt.Fprintln(os.Stderr, "api:", err)
		os.Exit(1)
	}
}

func run(update bool) error {
	var now []string
	for _, dir := range []string{"..", "../spideriqtest"} {
		lines, err := exported(dir)
		if err != nil {
			return err
		}
		now = append(now, lines...)
	}
	text := strings.Join(now, "\n") + "\n"
	if update {
		return os.WriteFile(golden, []byte(text), 0o644)
	}
	kept, err := os.ReadFile(golden)
	if err != nil {
		return err
	}
	if string(kept) == text {
		return nil
	}
	before := strings.Split(strings.TrimSuffix(string(kept), "\n"), "\n")
	for _, line := range before {
		if !slices.Contains(now, line) {
			fmt.Println("-", line)
		}
	}
	for _, line := range now {
		if !slices.Contains(before, line) {
			fmt.Println("+", line)
		}
	}
	return fmt.Errorf("the exported API differs from %s: announce the change in CHANGELOG.md and run with -update", golden)
}

// exported returns the exported declarations of a package, without comments and
// bodies, in an order that does not depend on the files they are in.
func exported(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var all []string
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.FileExports(file)
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Body = nil; d.Recv != nil && !receiver(d).IsExported() {
					continue
				}
				all = append(all, printed(set, file.Name.Name, d))
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if d.Tok != token.IMPORT {
						all = append(all, printed(set, file.Name.Name, &ast.GenDecl{Tok: d.Tok, Specs: []ast.Spec{spec}}))
					}
				}
			}
		}
	}
	slices.Sort(all)
	return all, nil
}

// receiver returns the name of the type that a method is of.
func receiver(method *ast.FuncDecl) *ast.Ident {
	of := method.Recv.List[0].Type
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	if generic, ok := of.(*ast.IndexListExpr); ok {
		of = generic.X
	}
	return of.(*ast.Ident)
}

// printed returns a declaration on one line.
func printed(set *token.FileSet, pkg string, node any) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, set, node); err != nil {
		panic(err) // into a buffer, of what has just been parsed
	}
	return pkg + ": " + strings.Join(strings.Fields(strings.ReplaceAll(b.String(), "\n", "; ")), " ")
}
