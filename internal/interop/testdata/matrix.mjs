// Reads the arrays of the matrix with zarrita:
//
//     node --input-type=module -e "$(cat matrix.mjs)" FOLDER < cases.json
//
// name -> {data, dims, attrs} or {error}; data are the bytes of the elements in
// base64, or a list of texts. Imports are resolved in the working directory.

import { readFileSync } from "node:fs";
import * as zarr from "zarrita";
import FileSystemStore from "@zarrita/storage/fs";

const folder = process.argv[1];
const seen = {};
for (const { name, version } of JSON.parse(readFileSync(0))) {
  try {
    const open = version === 2 ? zarr.open.v2 : zarr.open.v3;
    const array = await open(zarr.root(new FileSystemStore(`${folder}/${name}`)), { kind: "array" });
    const { data, shape, stride } = await zarr.get(array);
    const places = [];
    for (let y = 0; y < shape[0]; y++) for (let x = 0; x < shape[1]; x++) places.push(y * stride[0] + x * stride[1]);
    const { _ARRAY_DIMENSIONS, ...attrs } = array.attrs;
    seen[name] = { dims: array.dimensionNames ?? _ARRAY_DIMENSIONS, attrs };
    if (data.buffer === undefined || Array.isArray(data)) {
      seen[name].data = places.map((i) => (data.get ? data.get(i) : data[i]));
    } else {
      const size = data.byteLength / data.length;
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      seen[name].data = Buffer.concat(places.map((i) => bytes.subarray(i * size, (i + 1) * size))).toString("base64");
    }
  } catch (e) {
    seen[name] = { error: String(e) };
  }
}
console.log(JSON.stringify(seen));
