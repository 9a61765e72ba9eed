import { QuantloopError } from '@quantloop/core';

/** A store in a bucket. */
export interface S3Location {
  bucket: string;
  /** In front of every key: empty, or ending in a slash. */
  prefix: string;
  /** `s3://bucket/prefix`, without a slash at the end. */
  url: string;
}

const SCHEME = 's3://';

export function isS3Location(root: string): boolean {
  return root.startsWith(SCHEME);
}

/** Reads `s3://bucket/prefix`. Endpoint, region and credentials have no place in it: they come from the environment. */
export function parseS3Location(root: string): S3Location {
  const [bucket = '', ...parts] = root.slice(SCHEME.length).split('/');
  // A name and a password in front of an "@" must not get into messages either.
  if (root.includes('@')) throw notALocation('A store on S3 is named without credentials.');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw notALocation(`"${root}" is no place for a store: "${bucket}" is not the name of a bucket.`);
  }
  const names = parts.filter((part) => part !== '');
  if (names.some((name) => /^\.{1,2}$|[^\w.~-]/.test(name))) {
    throw notALocation(
      `"${root}" is no place for a store: its prefix has more than letters, digits, "._~-" and "/".`,
    );
  }
  return {
    bucket,
    prefix: names.map((name) => `${name}/`).join(''),
    url: [SCHEME + bucket, ...names].join('/'),
  };
}

function notALocation(message: string): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message,
    hint: 'Write s3://bucket/prefix; credentials, AWS_REGION and AWS_ENDPOINT_URL come from the environment.',
  });
}
