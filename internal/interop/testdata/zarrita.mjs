// Prints as JSON what zarrita sees in the arrays of a Zarr store:
//
//     node --input-type=module - STORE ARRAY… < zarrita.mjs
//
// name -> {dtype, shape, chunks, dims, attrs, data}; data are the bytes of the
// elements, C order, native byte order, in base64. It is read from standard
// input so that imports are resolved in the working directory.

import * as zarr from "zarrita";
import FileSystemStore from "@zarrita/storage/fs";

// places lists where the elements lie, in C order.
function places(shape, stride) {
  let list = [0];
  shape.forEach((n, axis) => {
    list = list.flatMap((at) => Array.from({ length: n }, (_, i) => at + i * stride[axis]));
  });
  return list;
}

const [, , store, ...names] = process.argv;
const root = zarr.root(new FileSystemStore(store));
const seen = {};
for (const name of names) {
  const array = await zarr.open.v3(root.resolve(name), { kind: "array" });
  const { data, shape, stride } = await (array.shape.length ? zarr.get(array) : array.getChunk([]));
  const size = data.byteLength / data.length;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const elements = places(shape, stride).map((i) => bytes.subarray(i * size, (i + 1) * size));
  seen[name] = {
    dtype: array.dtype,
    shape,
    chunks: array.chunks,
    dims: array.dimensionNames ?? shape.map(() => null),
    attrs: array.attrs,
    data: Buffer.concat(elements).toString("base64"),
  };
}
console.log(JSON.stringify(seen));
