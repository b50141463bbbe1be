// Package s3 keeps the values of a storage.Store as objects of an S3-compatible
// service: key "a/b" is object prefix/a/b of a bucket. It is a module of its own,
// so that programs without it don't depend on what it needs. Importing it
// registers the scheme "s3", so that "s3://bucket/x.zarr/a" opens an array.
//
// Objects are put whole or not at all. Services are asked again where a request
// fails for a reason that may pass.
//
// All parts of an object are of one version (ETag): an object that others have
// changed since the first part of it was read is storage.ErrChanged from then on;
// whoever opens the store again sees the new one. Objects that are read whole may
// change between reads.
package s3

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/ndgrid/ndgrid/storage"
)

func init() {
	storage.RegisterScheme("s3", func(_ context.Context, root string) (storage.Store, error) { return Open(root) })
}

// Store is a bucket, or what lies below a prefix in one. All methods are safe
// for concurrent use.
type Store struct {
	client *minio.Client
	bucket string
	prefix string // "", or with a slash at the end
	pays   bool   // whoever reads pays, and says so

	versions storage.Versions
}

var (
	_ storage.RangeReader   = (*Store)(nil)
	_ storage.Lister        = (*Store)(nil)
	_ storage.Sizer         = (*Store)(nil)
	_ storage.Renamer       = (*Store)(nil)
	_ storage.PrefixDeleter = (*Store)(nil)
	_ storage.Remote        = (*Store)(nil)
)

// New returns the store of a bucket, or of what lies below a prefix ("" for all
// of it), through a client.
func New(client *minio.Client, bucket, prefix string) *Store {
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return &Store{client: client, bucket: bucket, prefix: prefix}
}

// Open returns the store at "s3://bucket" or "s3://bucket/prefix". As other
// programs do it takes from the environment where the service is
// (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL; Amazon's without them), AWS_REGION,
// and who asks (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the file
// ~/.aws/credentials, or the machine's role); AWS_NO_SIGN_REQUEST=YES asks
// anonymously, for public buckets, and AWS_REQUEST_PAYER=requester pays for what is
// read, where the owner of a bucket doesn't. For anything else there is New.
func Open(root string) (*Store, error) {
	where, ok := strings.CutPrefix(root, "s3://")
	bucket, prefix, _ := strings.Cut(where, "/")
	if !ok || bucket == "" {
		return nil, &storage.Error{Op: "open", Name: root, Err: fmt.Errorf("%w: not the URL of a bucket, s3://…", storage.ErrUnsupported)}
	}
	where = cmp.Or(os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"), "https://s3.amazonaws.com")
	endpoint, err := url.Parse(where)
	if err != nil || endpoint.Scheme != "http" && endpoint.Scheme != "https" || endpoint.Host == "" || strings.Trim(endpoint.Path, "/") != "" {
		return nil, &storage.Error{Op: "open", Name: root, Err: fmt.Errorf("%w: the endpoint %q is not the URL of a host, http://… or https://…", storage.ErrUnsupported, where)}
	}
	o := &minio.Options{
		Secure: endpoint.Scheme == "https",
		Region: cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION")),
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{Client: http.DefaultClient},
		}),
	}
	if strings.EqualFold(os.Getenv("AWS_NO_SIGN_REQUEST"), "yes") {
		o.Creds = credentials.NewStaticV4("", "", "")
	}
	transport, err := minio.DefaultTransport(o.Secure)
	if err != nil {
		return nil, &storage.Error{Op: "open", Name: root, Err: err}
	}
	transport.MaxIdleConnsPerHost = 64 // as many requests as are under way at once, and more
	o.Transport = transport
	client, err := minio.New(endpoint.Host, o)
	if err != nil {
		return nil, &storage.Error{Op: "open", Name: root, Err: err}
	}
	s := New(client, bucket, prefix)
	s.pays = os.Getenv("AWS_REQUEST_PAYER") == payer
	return s, nil
}

// IsRemote is true: every request goes to the service.
func (s *Store) IsRemote() bool { return true }

// payerHeader, set to payer, says who pays for a request.
const (
	payerHeader = "x-amz-request-payer"
	payer       = "requester"
)

// getOptions are those of requests about an object.
func (s *Store) getOptions() (o minio.GetObjectOptions) {
	if s.pays {
		o.Set(payerHeader, payer)
	}
	return o
}

// listOptions are those of lists of objects.
func (s *Store) listOptions(prefix string, recursive bool) minio.ListObjectsOptions {
	o := minio.ListObjectsOptions{Prefix: prefix, Recursive: recursive}
	if s.pays {
		o.Set(payerHeader, payer)
	}
	return o
}

// fail names the object in an error.
func (s *Store) fail(op, key string, err error) error {
	r := minio.ToErrorResponse(err)
	switch {
	case r.Code == minio.NoSuchKey || r.Code == "NotFound", r.Code == "" && r.StatusCode == http.StatusNotFound:
		err = storage.ErrNotFound
	case r.Code == minio.NoSuchBucket:
		err = fmt.Errorf("there is no bucket %s", s.bucket) // which is no missing chunk
	case r.Code == minio.AccessDenied:
		err = fmt.Errorf("access denied: %w", err)
	}
	return &storage.Error{Op: op, Name: "s3://" + s.bucket + "/" + s.prefix + key, Err: err}
}

func check(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return storage.CheckKey(key)
}

// Get appends an object to dst.
func (s *Store) Get(ctx context.Context, key string, dst []byte) ([]byte, error) {
	return s.GetRange(ctx, key, 0, -1, dst)
}

// tries is how often an object is asked for whose content breaks off. Requests
// that get no answer are repeated by the client.
const tries = 4

// GetRange appends part of an object to dst.
func (s *Store) GetRange(ctx context.Context, key string, offset, length int64, dst []byte) ([]byte, error) {
	if err := check(ctx, key); err != nil {
		return dst, s.fail("get", key, err)
	}
	if length == 0 {
		_, err := s.Size(ctx, key) // is there an object?
		return dst, err
	}
	n := len(dst)
	var err error
	for range tries {
		var brokeOff bool
		if dst, brokeOff, err = s.get(ctx, key, offset, length, dst[:n]); !brokeOff || ctx.Err() != nil {
			break
		}
	}
	if minio.ToErrorResponse(err).Code == minio.InvalidRange {
		// Nothing may begin beyond the end. Some services say so too where an object is shorter
		// than the end of it that is asked for.
		size, err := s.Size(ctx, key)
		if lo, hi := storage.Range(size, offset, length); err == nil && lo < hi {
			return s.GetRange(ctx, key, lo, hi-lo, dst[:n])
		}
		return dst[:n], err
	}
	if err != nil {
		if err = s.fail("get", key, err); offset != 0 && errors.Is(err, storage.ErrNotFound) {
			err = s.fail("get", key, s.versions.Absent(key))
		}
		return dst[:n], err
	}
	return dst, nil
}

// get asks for part of an object, once.
func (s *Store) get(ctx context.Context, key string, offset, length int64, dst []byte) (out []byte, brokeOff bool, err error) {
	o := s.getOptions()
	switch {
	case offset < 0:
		err = o.SetRange(0, offset)
	case length > 0 && length <= math.MaxInt64-offset:
		err = o.SetRange(offset, offset+length-1)
	case offset > 0:
		err = o.SetRange(offset, 0)
	}
	if err != nil {
		return dst, false, err
	}
	core := minio.Core{Client: s.client}
	r, info, header, err := core.GetObject(ctx, s.bucket, s.prefix+key, o)
	if err != nil {
		return dst, false, err
	}
	defer r.Close()
	if offset != 0 || length >= 0 && info.Size >= length { // perhaps not all of it
		if err := s.versions.Same(key, info.ETag, ""); err != nil {
			return dst, false, err
		}
	}
	if asked := o.Header().Get("Range"); asked != "" {
		if err := checkRange(asked, header.Get("Content-Range"), offset, length); err != nil {
			return dst, false, err
		}
	}
	n := int64(len(dst))
	dst, err = storage.Append(dst, r, info.Size)
	if got := int64(len(dst)) - n; err == nil && got != info.Size {
		err = fmt.Errorf("%w: %d of %d bytes", io.ErrUnexpectedEOF, got, info.Size)
	}
	if err == nil && length >= 0 {
		dst = dst[:min(int64(len(dst)), n+length)]
	}
	return dst, err != nil, err
}

// checkRange compares the part of an object that a service sends with the one
// it was asked for.
func checkRange(asked, sent string, offset, length int64) error {
	if offset < 0 {
		length = -1 // the end of the object was asked for
	}
	var first, last, size int64
	_, err := fmt.Sscanf(sent, "bytes %d-%d/%d", &first, &last, &size)
	if lo, hi := storage.Range(size, offset, length); err != nil || first != lo || last+1 != hi {
		return fmt.Errorf("%w: asked for %s the service sends Content-Range %q", storage.ErrCorrupt, asked, sent)
	}
	return nil
}

// Put sets an object.
func (s *Store) Put(ctx context.Context, key string, value []byte) error {
	err := check(ctx, key)
	defer s.versions.Forget(key)
	if err == nil {
		_, err = s.client.PutObject(ctx, s.bucket, s.prefix+key, bytes.NewReader(value), int64(len(value)), minio.PutObjectOptions{
			ContentType: "application/octet-stream",
			// Signed piece by piece, an empty body goes without a length, which services may refuse.
			DisableContentSha256: len(value) == 0,
		})
	}
	if err != nil {
		return s.fail("put", key, err)
	}
	return nil
}

// Delete removes an object.
func (s *Store) Delete(ctx context.Context, key string) error {
	err := check(ctx, key)
	defer s.versions.Forget(key)
	if err == nil {
		err = s.client.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{})
	}
	if err != nil {
		if err = s.fail("delete", key, err); !errors.Is(err, storage.ErrNotFound) {
			return err
		}
	}
	return nil
}

// Size returns the length of an object.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	err := check(ctx, key)
	var info minio.ObjectInfo
	if err == nil {
		info, err = s.client.StatObject(ctx, s.bucket, s.prefix+key, s.getOptions())
	}
	if err == nil {
		err = s.versions.Same(key, info.ETag, "")
	}
	if err != nil {
		return 0, s.fail("size", key, err)
	}
	return info.Size, nil
}

// List ranges over the entries directly below prefix.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	return func(yield func(storage.Entry, error) bool) {
		entries, err := s.entries(ctx, prefix)
		if err != nil {
			yield(storage.Entry{}, s.fail("list", prefix, err))
			return
		}
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			if !yield(entries[name], nil) {
				return
			}
		}
	}
}

func (s *Store) entries(ctx context.Context, prefix string) (map[string]storage.Entry, error) {
	below := s.prefix
	if prefix != "" {
		if err := storage.CheckKey(prefix); err != nil {
			return nil, err
		}
		below += prefix + "/"
	}
	entries := map[string]storage.Entry{}
	for o := range s.client.ListObjectsIter(ctx, s.bucket, s.listOptions(below, false)) {
		if o.Err != nil {
			return nil, o.Err
		}
		name, dir := strings.CutSuffix(strings.TrimPrefix(o.Key, below), "/")
		// Some programs make objects of no bytes that stand for folders.
		if name == "" || storage.Hidden(name) || entries[name].Dir {
			continue
		}
		e := storage.Entry{Name: name, Dir: dir, Size: o.Size}
		if dir {
			e.Size = 0
		}
		entries[name] = e
	}
	return entries, ctx.Err()
}

// keys returns all keys below a prefix, and the prefix itself where it is a key, in
// storage.CopyOrder.
func (s *Store) keys(ctx context.Context, prefix string) ([]string, error) {
	var keys []string
	for o := range s.client.ListObjectsIter(ctx, s.bucket, s.listOptions(s.prefix+prefix, true)) {
		if o.Err != nil {
			return nil, o.Err
		}
		key := strings.TrimPrefix(o.Key, s.prefix)
		if prefix == "" || key == prefix || strings.HasPrefix(key, prefix+"/") {
			keys = append(keys, key)
		}
	}
	storage.CopyOrder(keys)
	return keys, ctx.Err()
}

// DeleteAll removes all objects below a prefix; "" empties the store.
func (s *Store) DeleteAll(ctx context.Context, prefix string) error {
	err := ctx.Err()
	if err == nil && prefix != "" {
		err = storage.CheckKey(prefix)
	}
	var keys []string
	if err == nil {
		keys, err = s.keys(ctx, prefix)
	}
	if err == nil {
		err = s.remove(ctx, keys)
	}
	if err != nil {
		return s.fail("delete", prefix, err)
	}
	return nil
}

// remove deletes objects, many with one request, the last first.
func (s *Store) remove(ctx context.Context, keys []string) error {
	defer s.versions.Forget(keys...)
	objects := func(yield func(minio.ObjectInfo) bool) {
		for _, k := range slices.Backward(keys) {
			if !yield(minio.ObjectInfo{Key: s.prefix + k}) {
				return
			}
		}
	}
	results, err := s.client.RemoveObjectsWithIter(ctx, s.bucket, objects, minio.RemoveObjectsOptions{})
	if err != nil {
		return err
	}
	var errs []error
	for r := range results {
		errs = append(errs, r.Err)
	}
	return errors.Join(errs...)
}

// Rename copies the objects within the service, in storage.CopyOrder, and removes the
// old ones: readers may see some of it in both places.
func (s *Store) Rename(ctx context.Context, from, to string) error {
	if err := errors.Join(check(ctx, from), storage.CheckKey(to)); err != nil {
		return s.fail("rename", from, err)
	}
	there, err := s.keys(ctx, to)
	if err == nil && len(there) > 0 {
		err = fmt.Errorf("%w: %s", storage.ErrExists, to)
	}
	var keys []string
	if err == nil {
		keys, err = s.keys(ctx, from)
	}
	if err == nil && len(keys) == 0 {
		err = storage.ErrNotFound
	}
	var copied []string
	for _, k := range keys {
		if err == nil {
			c := to + strings.TrimPrefix(k, from)
			copied = append(copied, c)
			_, err = s.client.CopyObject(ctx, minio.CopyDestOptions{Bucket: s.bucket, Object: s.prefix + c},
				minio.CopySrcOptions{Bucket: s.bucket, Object: s.prefix + k})
			s.versions.Forget(c)
		}
	}
	if err != nil && len(copied) > 0 { // nothing may lie there, as before
		err = errors.Join(err, s.remove(context.WithoutCancel(ctx), copied))
	}
	if err == nil {
		err = s.remove(ctx, keys)
	}
	if err != nil {
		return s.fail("rename", from, err)
	}
	return nil
}
