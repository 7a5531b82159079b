import { IcebergError } from '../../error.js';

/** An S3 object or prefix. Keys are literal: nothing in them is percent-decoded (spec: locations are plain strings). */
export interface S3Place {
  /** `s3`, `s3a` or `s3n`, as the caller spelled it. */
  readonly scheme: string;
  readonly bucket: string;
  /** Empty for a whole bucket. */
  readonly key: string;
}

/** Takes `s3://bucket/key` apart; `s3a` and `s3n` are the same places. Throws `INVALID_ARGUMENT`. */
export function parseS3Path(path: string): S3Place {
  const match = /^(s3[an]?):\/\/([^/]+)(?:\/(.*))?$/s.exec(path);
  if (match) return { scheme: match[1]!, bucket: match[2]!, key: match[3] ?? '' };
  throw new IcebergError(
    `The path "${path}" is no S3 address; expected s3://bucket/key (s3a and s3n are understood too).`,
    { code: 'INVALID_ARGUMENT', context: { path } },
  );
}

/** As {@link parseS3Path}, of one object. */
export function parseS3Object(path: string): S3Place {
  const place = parseS3Path(path);
  if (place.key !== '') return place;
  throw new IcebergError(`The path "${path}" names a bucket, not an object in it.`, {
    code: 'INVALID_ARGUMENT',
    context: { path },
  });
}
