package lenient

import (
	"encoding"
	"errors"
	"reflect"
	"strconv"
)

// mapSize is what an empty map takes, beside the room for its first members.
const mapSize = 128

// errUnexported is the error for a field behind a nil pointer that cannot be set.
var errUnexported = errors.New("lies in a nil pointer to a struct that is embedded and not exported")

// isReadByEncodingJSON reports whether encoding/json reads values of type t, so that it
// reads a list or map of them at once too: an interface, a [json.Number] or bytes.
func isReadByEncodingJSON(t reflect.Type) bool {
	return t.Kind() == reflect.Interface || t == numberType || t.Kind() == reflect.Slice && isBytes(t)
}

// decodeStruct reads an object into a struct. Members without a field are ignored. Of
// two members for one field the later one is read into what the earlier one left.
func (d *decoder) decodeStruct(v reflect.Value) error {
	if d.peek() != '{' {
		return d.skipAs(v, "not an object")
	}
	var first error
	fields := fieldsOf(v.Type())
	next := 0 // most responses have their members in the order of the fields
	for name := range d.members {
		i := fields.index(name, next)
		if i < 0 {
			continue
		}
		next = i + 1
		if err := d.decodeField(v, &fields.list[i]); err != nil && first == nil {
			first = &placeError{place: fields.list[i].name, err: err}
		}
	}
	return first
}

// decodeField reads the next value into a field of a struct. Nil pointers to embedded
// structs on the way to the field are allocated.
func (d *decoder) decodeField(v reflect.Value, f *field) error {
	for _, i := range f.path {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if err := d.allocate(v); err != nil {
					return err
				}
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	if f.quoted && d.peek() == '"' {
		return d.decodeQuoted(v)
	}
	return d.decodePart(v)
}

// decodeSlice reads an array into a slice, up to the first element that is wrong.
func (d *decoder) decodeSlice(v reflect.Value) error {
	if isBytes(v.Type()) || isReadByEncodingJSON(v.Type().Elem()) {
		return d.decodeByEncodingJSON(v)
	}
	if d.peek() != '[' {
		return d.skipAs(v, "not a list")
	}
	length := 0
	var err error
	for i := range d.elements {
		if i == v.Len() {
			err = d.lengthen(v)
		}
		if err == nil {
			err = d.decodePart(v.Index(i))
		}
		if err != nil {
			err = &placeError{place: "row", number: i + 1, err: err}
			break
		}
		length = i + 1
	}
	if v.IsNil() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	v.SetLen(length)
	return err
}

// lengthen adds a zero element to a slice. The memory of a slice is doubled when it
// is full.
func (d *decoder) lengthen(v reflect.Value) error {
	length := v.Len()
	if length == v.Cap() {
		more := max(length, 4)
		if !d.reserve(length+more, v.Type().Elem().Size()) {
			return errTooLarge
		}
		v.Grow(more)
	}
	v.SetLen(length + 1)
	v.Index(length).SetZero()
	return nil
}

// decodeArray reads an array into an array of fixed length. Surplus elements are ignored,
// and missing ones become zero.
func (d *decoder) decodeArray(v reflect.Value) error {
	if d.peek() != '[' {
		return d.skipAs(v, "not a list")
	}
	var first error
	length := 0
	for i := range d.elements {
		if i == v.Len() {
			break
		}
		length = i + 1
		if err := d.decodePart(v.Index(i)); err != nil && first == nil {
			first = &placeError{place: "row", number: i + 1, err: err}
		}
	}
	for i := length; i < v.Len(); i++ {
		v.Index(i).SetZero()
	}
	return first
}

// decodeMap reads an object into a map. A member replaces the one with the same key.
func (d *decoder) decodeMap(v reflect.Value) error {
	t := v.Type()
	if isReadByEncodingJSON(t.Elem()) {
		return d.decodeByEncodingJSON(v)
	}
	if d.peek() != '{' {
		err := d.skipAs(v, "not an object")
		err.unreadable = t.Elem().Kind() == reflect.String
		return err
	}
	memberSize := t.Key().Size() + t.Elem().Size()
	if v.IsNil() {
		if !d.reserve(1, mapSize+8*memberSize) { // a map is made with room for 8
			d.value()
			return errTooLarge
		}
		v.Set(reflect.MakeMap(t))
	}
	var first error
	number := 0
	key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
	for name := range d.members {
		number++
		key.SetZero()
		value.SetZero()
		err := d.decodeMember(v, key, value, name)
		if number > 8 && !d.reserve(2, memberSize) { // 2, because a full map doubles its room
			err = errTooLarge
		}
		if err != nil && first == nil {
			first = &placeError{place: "member", number: number, err: err}
		}
		if err == errTooLarge {
			break
		}
	}
	return first
}

// decodeMember reads the next value into a map. key and value are zero; they hold the
// member until it is in the map.
func (d *decoder) decodeMember(m, key, value reflect.Value, name []byte) error {
	if err := d.decodePart(value); err != nil {
		return err
	}
	if err := decodeKey(key, name); err != nil {
		return err
	}
	m.SetMapIndex(key, value)
	return nil
}

// decodeKey sets the key of a map to the name of a member.
func decodeKey(key reflect.Value, name []byte) error {
	if text, ok := key.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return text.UnmarshalText(name)
	}
	switch key.Kind() {
	case reflect.String:
		key.SetString(string(name))
		return nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(string(name), 10, key.Type().Bits())
		if err == nil {
			key.SetInt(n)
			return nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n, err := strconv.ParseUint(string(name), 10, key.Type().Bits())
		if err == nil {
			key.SetUint(n)
			return nil
		}
	}
	return newTypeError([]byte(`""`), key.Type(), "the name is no key of the map")
}
