package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// duplicate makes one hierarchy of groups and arrays from another.
type duplicate struct {
	// spec describes the array that is created for another, and values fills it;
	// name is its path from the root on.
	spec   func(ctx context.Context, src storage.Array) (storage.Spec, error)
	values func(ctx context.Context, name string, src storage.Array, dst storage.WritableArray) error

	stderr  io.Writer
	open    []node
	begun   []unfinished
	leftOut bool // arrays that can't be read, or structs that the format lacks
}

// unfinished is an array or a group that was created.
type unfinished interface {
	Commit(ctx context.Context) error
	Abort() error
	Close() error
}

// openRoot opens what is to be duplicated.
func (d *duplicate) openRoot(ctx context.Context, path string) (node, error) {
	from, err := openNode(ctx, path)
	if err == nil {
		d.open = append(d.open, from)
	}
	return from, err
}

// group begins what is in a group that was created.
func (d *duplicate) group(ctx context.Context, name string, src storage.Group, dst storage.WritableGroup) error {
	d.begun = append(d.begun, dst)
	if a := keptAttrs(src.Attrs(), src.Ref(), nil); len(a) > 0 {
		if err := dst.SetAttrs(ctx, a); err != nil {
			return err
		}
	}
	children, err := src.Names(ctx)
	if err != nil {
		return err
	}
	open := openChildren(ctx, src, children)
	for _, child := range children {
		if err := d.child(ctx, storage.JoinKey(name, child.Name), child, open, dst); err != nil {
			return err
		}
	}
	return nil
}

func (d *duplicate) child(ctx context.Context, full string, child storage.Child, open opener, dst storage.WritableGroup) error {
	from, err := open(child)
	if err != nil {
		return err
	}
	d.open = append(d.open, from)
	name := inUTF8(child.Name)
	if name != child.Name {
		fmt.Fprintln(d.stderr, oneLine(fmt.Sprintf("%s%q: the name isn't UTF-8, and taken for Latin-1: %s", prefix, full, name)))
	}
	if from.group != nil {
		sub, err := dst.CreateGroup(ctx, name)
		if err != nil {
			return err
		}
		return d.group(ctx, full, from.group, sub)
	}
	if err := checkReadable(from.array); err != nil {
		d.leaveOut(full, err)
		return nil
	}
	return d.array(ctx, full, from.array, func(s storage.Spec) (storage.WritableArray, error) {
		return dst.CreateArray(ctx, name, s)
	})
}

// leaveOut warns that an array isn't duplicated.
func (d *duplicate) leaveOut(name string, err error) {
	var e *storage.Error
	if errors.As(err, &e) {
		err = e.Err // the place is that of the copy
	}
	fmt.Fprintln(d.stderr, oneLine(fmt.Sprintf("%s%s: %v; it is left out", prefix, name, err)))
	d.leftOut = true
}

// array begins an array for another. Texts of one length become texts of any length
// where the format has only those.
func (d *duplicate) array(ctx context.Context, name string, src storage.Array, create func(storage.Spec) (storage.WritableArray, error)) error {
	s, err := d.spec(ctx, src)
	if err != nil {
		return inNode(name, err)
	}
	s.Dims = allInUTF8(s.Dims)
	dst, err := create(s)
	if s.DType.Kind() == nd.KindUTF32 && errors.Is(err, storage.ErrUnsupported) {
		return d.array(ctx, name, newAnyLength(src), create)
	}
	if s.DType.Kind() == nd.KindStruct && name != "" && errors.Is(err, storage.ErrUnsupported) {
		d.leaveOut(name, err)
		return nil
	}
	if err != nil {
		return err
	}
	d.begun = append(d.begun, dst)
	return d.values(ctx, name, src, dst)
}

// inNode names the node that an error is about; the root has no name.
func inNode(name string, err error) error {
	if name == "" {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// end commits or, where there is an error, aborts what was begun, the last
// first. Arrays that were left out make it errReported.
func (d *duplicate) end(ctx context.Context, err error) error {
	for _, u := range slices.Backward(d.begun) {
		if err == nil {
			err = u.Commit(ctx)
		}
		if err != nil {
			err = errors.Join(err, u.Abort())
		}
		err = errors.Join(err, u.Close())
	}
	for _, o := range d.open {
		err = errors.Join(err, o.Close())
	}
	if err == nil && d.leftOut {
		return errReported
	}
	return err
}

// checkReadable returns an error where elements can't be read at all.
func checkReadable(a storage.Array) error {
	if _, text := storage.As[storage.StringReader](a); a.Meta().DType.Size() == 0 && !text {
		return fmt.Errorf("%w: elements of type %s can't be read", storage.ErrUnsupported, typeText(a))
	}
	return nil
}
