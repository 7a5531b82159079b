// Facts of a result that do not depend on the order of its rows; peers.py gives the same.

/** Rows, and per column the sum of its numbers (64 bits, wrapping) or the bytes of its texts, and its nulls. */
export function fingerprint(table) {
  const facts = { rows: table.numRows };
  for (const [position, field] of table.schema.fields.entries())
    facts[field.name] = columnFacts(table.batches.map((batch) => batch.data.children[position]));
  return facts;
}

function columnFacts(chunks) {
  const floating = chunks[0]?.values instanceof Float64Array;
  let whole = 0n;
  let sum = 0;
  let bytes = 0;
  let nulls = 0;
  for (const data of chunks) {
    nulls += data.nullCount;
    const { values, valueOffsets: offsets } = data;
    if (offsets !== undefined) bytes += offsets[data.length] - offsets[0];
    else if (values instanceof BigInt64Array) {
      for (let row = 0; row < data.length; row++) if (isValid(data, row)) whole += values[row];
    } else {
      for (let row = 0; row < data.length; row++) if (isValid(data, row)) sum += values[row];
    }
  }
  return { sum: floating ? sum : String(BigInt.asIntN(64, whole + BigInt(sum))), bytes, nulls };
}

function isValid(data, row) {
  if (data.nullCount === 0) return true;
  const bit = data.offset + row;
  return ((data.nullBitmap[bit >> 3] >> (bit & 7)) & 1) === 1;
}

/** Whether two results say the same; floating point sums may differ in their last digits. */
export function sameFacts(left, right) {
  if (typeof left === 'number' && typeof right === 'number')
    return Math.abs(left - right) <= 1e-9 * Math.max(Math.abs(left), Math.abs(right));
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null)
    return left === right;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length && names.every((name) => sameFacts(left[name], right[name]))
  );
}
