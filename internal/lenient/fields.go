package lenient

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// field is a field of a struct that has a name in JSON.
type field struct {
	name      string
	nameBytes []byte // the name again, to be compared without regard to case
	path      []int  // of indexes, from the struct through embedded structs
	tagged    bool   // the name comes from a tag
	quoted    bool   // the tag has the option "string"
}

// structFields are the fields of a struct in the order of their declaration.
type structFields struct {
	list   []field
	byName map[string]int // indexes into list
}

// index returns the index of the field that a member is for, and -1 when there is
// none. A name with the same case comes first. The field at next is tried before any
// other.
func (f *structFields) index(name []byte, next int) int {
	if next < len(f.list) && f.list[next].name == string(name) {
		return next
	}
	i, ok := f.byName[string(name)]
	if ok {
		return i
	}
	return slices.IndexFunc(f.list, func(f field) bool { return bytes.EqualFold(f.nameBytes, name) })
}

// cache has the *structFields of each struct type that was decoded.
var cache sync.Map

// fieldsOf returns the fields of a struct type, from the cache when it was seen before.
func fieldsOf(t reflect.Type) *structFields {
	if known, ok := cache.Load(t); ok {
		return known.(*structFields)
	}
	known, _ := cache.LoadOrStore(t, newStructFields(t))
	return known.(*structFields)
}

func newStructFields(t reflect.Type) *structFields {
	candidates := make(map[string][]field)
	for _, f := range collectFields(t) {
		candidates[f.name] = append(candidates[f.name], f)
	}
	fields := &structFields{byName: make(map[string]int)}
	for _, named := range candidates {
		f, ok := dominant(named)
		if ok {
			fields.insert(f)
		}
	}
	for i, f := range fields.list {
		fields.byName[f.name] = i
	}
	return fields
}

// insert adds f at its place in the order of the declaration.
func (fields *structFields) insert(f field) {
	i, _ := slices.BinarySearchFunc(fields.list, f, func(a, b field) int { return slices.Compare(a.path, b.path) })
	fields.list = slices.Insert(fields.list, i, f)
}

// dominant returns the field that a name means, as encoding/json chooses it: the one
// that is embedded least deep, of those the one with a tag. When two are left, the name
// means none.
func dominant(fields []field) (field, bool) {
	depth := len(fields[0].path)
	for _, f := range fields {
		depth = min(depth, len(f.path))
	}
	fields = slices.DeleteFunc(fields, func(f field) bool { return len(f.path) > depth })
	isTagged := func(f field) bool { return f.tagged }
	if slices.ContainsFunc(fields, isTagged) {
		fields = slices.DeleteFunc(fields, func(f field) bool { return !f.tagged })
	}
	return fields[0], len(fields) == 1
}

// embedding is a struct type and the path to it.
type embedding struct {
	t    reflect.Type
	path []int
}

// collectFields returns all fields of a struct and of the structs embedded in it, level
// by level. A type that was met on an earlier level is not looked at again.
func collectFields(t reflect.Type) []field {
	var fields []field
	met := map[reflect.Type]bool{t: true}
	level := []embedding{{t: t}}
	for len(level) > 0 {
		var next []embedding
		for _, e := range level {
			for i := range e.t.NumField() {
				f, embedded := newField(e.t.Field(i), append(slices.Clone(e.path), i))
				if f.name != "" {
					fields = append(fields, f)
				}
				if embedded != nil && !met[embedded] {
					next = append(next, embedding{t: embedded, path: f.path})
				}
			}
		}
		for _, e := range next {
			met[e.t] = true
		}
		level = next
	}
	return fields
}

// newField returns the field that sf is in JSON. The name is empty when it is none. It
// also returns the struct type that sf embeds, whose fields take its place.
func newField(sf reflect.StructField, path []int) (f field, embedded reflect.Type) {
	tag := sf.Tag.Get("json")
	target := sf.Type
	if target.Kind() == reflect.Pointer && target.Name() == "" {
		target = target.Elem()
	}
	isStruct := sf.Anonymous && target.Kind() == reflect.Struct
	if tag == "-" || !sf.IsExported() && !isStruct {
		return field{}, nil
	}
	name, options, _ := strings.Cut(tag, ",")
	f = field{name: name, path: path, tagged: name != ""}
	if !f.tagged && isStruct {
		f.name = ""
		return f, target
	}
	if !f.tagged {
		f.name = sf.Name
	}
	f.nameBytes = []byte(f.name)
	f.quoted = slices.Contains(strings.Split(options, ","), "string") && canBeQuoted(target.Kind())
	return f, nil
}

// canBeQuoted reports whether the option "string" has an effect on a kind.
func canBeQuoted(kind reflect.Kind) bool {
	return reflect.Bool <= kind && kind <= reflect.Float64 || kind == reflect.String
}
