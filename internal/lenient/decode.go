package lenient

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
)

const (
	// maxMemory is what the structs, lists and maps of one response may take.
	maxMemory = 32 << 20

	// maxPointers is how many pointers may lead to a value.
	maxPointers = 100

	// smallSize is the size up to which values behind pointers are not counted. They take
	// little more memory than their text.
	smallSize = 16
)

// decoder decodes a text that is valid JSON. Each of its decode methods reads exactly
// one value, also when it returns an error.
type decoder struct {
	scanner
	memory int // how much may still be allocated
}

// decode reads the next value into v. It calls UnmarshalJSON or UnmarshalText where the
// type has one.
func (d *decoder) decode(v reflect.Value) error {
	t := v.Type()
	switch {
	case t == timeType:
		return d.decodeTime(v)
	case mayHaveMethods(t) && v.CanInterface():
		switch own := v.Addr().Interface().(type) {
		case json.Unmarshaler:
			return own.UnmarshalJSON(d.value())
		case encoding.TextUnmarshaler:
			return d.decodeText(own, t)
		}
	}
	isNull := d.peek() == 'n'
	if isNull && v.Kind() != reflect.Interface {
		d.value()
		setNull(v)
		return nil
	}
	return d.decodeKind(v)
}

// mayHaveMethods reports whether t may have methods that can be called: those of a type that
// is declared in a package, or those that a struct has from the values that it embeds.
func mayHaveMethods(t reflect.Type) bool {
	return t.PkgPath() != "" || t.Kind() == reflect.Struct && !embedsPointer(t)
}

// embedsPointer reports whether a struct embeds a pointer or an interface, at any depth. It
// may be nil, and the methods that the struct has from it would panic then.
func embedsPointer(t reflect.Type) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.Anonymous {
			continue
		}
		switch f.Type.Kind() {
		case reflect.Pointer, reflect.Interface:
			return true
		case reflect.Struct:
			if embedsPointer(f.Type) {
				return true
			}
		}
	}
	return false
}

// decodeKind reads the next value into a v without such a method. The value is not null,
// unless v is an interface.
func (d *decoder) decodeKind(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Struct:
		return d.decodeStruct(v)
	case reflect.Pointer:
		return d.decodePointer(v)
	case reflect.Slice:
		return d.decodeSlice(v)
	case reflect.Array:
		return d.decodeArray(v)
	case reflect.Map:
		return d.decodeMap(v)
	case reflect.String:
		return d.decodeString(v)
	case reflect.Bool:
		return d.decodeBool(v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return d.decodeInt(v)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return d.decodeUint(v)
	case reflect.Float32, reflect.Float64:
		return d.decodeFloat(v)
	default:
		return d.decodeByEncodingJSON(v)
	}
}

// decodePart reads the next value into a field, an element, or the value of a member.
// It leaves v zero when the value is unreadable.
func (d *decoder) decodePart(v reflect.Value) error {
	err := d.decode(v)
	if err != nil && isUnreadable(err) {
		v.SetZero()
		return nil
	}
	return err
}

// decodePointer reads the next value into what v points to.
func (d *decoder) decodePointer(v reflect.Value) error {
	if !leadsToValue(v.Type()) {
		return d.skipAs(v, "a pointer that leads to no value")
	}
	if v.IsNil() {
		if err := d.allocate(v); err != nil {
			d.value()
			return err
		}
	}
	return d.decode(v.Elem())
}

// leadsToValue reports whether t points to something else than pointers. The type
// "type P *P" does not.
func leadsToValue(t reflect.Type) bool {
	for range maxPointers {
		if t.Kind() != reflect.Pointer {
			return true
		}
		t = t.Elem()
	}
	return false
}

// decodeText reads the next value into a type that reads text. A null is ignored.
func (d *decoder) decodeText(own encoding.TextUnmarshaler, t reflect.Type) error {
	value := d.value()
	switch value[0] {
	case '"':
		return own.UnmarshalText(d.unquote(value))
	case 'n':
		return nil
	}
	return newTypeError(value, t, "not text")
}

// decodeByEncodingJSON reads the next value as encoding/json does: into an interface,
// or into bytes. For a kind that holds no JSON, the error is that of encoding/json.
func (d *decoder) decodeByEncodingJSON(v reflect.Value) error {
	standard := json.NewDecoder(bytes.NewReader(d.value()))
	standard.UseNumber()
	return standard.Decode(v.Addr().Interface())
}

// setNull sets v to what null means for it: an empty list, a nil pointer or a nil map. It
// leaves any other kind as it is.
func setNull(v reflect.Value) {
	switch {
	case !v.CanSet():
		return
	case v.Kind() == reflect.Slice && !isBytes(v.Type()):
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Pointer, v.Kind() == reflect.Map:
		v.SetZero()
	}
}

// isBytes reports whether encoding/json reads a slice of type t from text in base64.
func isBytes(t reflect.Type) bool { return t.Elem().Kind() == reflect.Uint8 }

// skipAs skips the next value and returns the error that v cannot hold it.
func (d *decoder) skipAs(v reflect.Value, problem string) *typeError {
	return newTypeError(d.value(), v.Type(), problem)
}

// allocate sets a nil pointer to a new value.
func (d *decoder) allocate(pointer reflect.Value) error {
	if !pointer.CanSet() {
		return errUnexported
	}
	t := pointer.Type().Elem()
	if t.Size() > smallSize && !d.reserve(1, t.Size()) {
		return errTooLarge
	}
	pointer.Set(reflect.New(t))
	return nil
}

// reserve counts n new values of a size, and reports whether there is memory for them.
func (d *decoder) reserve(n int, size uintptr) bool {
	needed := n * int(size)
	if needed > d.memory {
		return false
	}
	d.memory -= needed
	return true
}
