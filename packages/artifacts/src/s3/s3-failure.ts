import { QuantloopError } from '@quantloop/core';

/** What the SDK throws, as far as it is looked at. */
interface S3Error {
  name: string;
  message: string;
  /** Of network errors. */
  code: string | undefined;
  status: number | undefined;
}

/** Refusals that come with a status of another meaning, or before anything is sent. */
const REFUSALS =
  /^(AccessDenied|NoSuchBucket|InvalidBucketName|PermanentRedirect|AuthorizationHeaderMalformed|Invalid(AccessKeyId|Token)|ExpiredToken|TokenRefreshRequired|.*UserNotFound|.*Credentials.*Error|TokenProviderError)$/;

export function asS3Error(error: unknown): S3Error {
  if (!(error instanceof Error))
    return { name: 'unknown', message: String(error), code: undefined, status: undefined };
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  return {
    name: error.name,
    message: error.message,
    code: typeof code === 'string' ? code : undefined,
    status: $metadata?.httpStatusCode,
  };
}

/** There is no such object: the bucket itself may be missing only where the error says so. */
export function isMissing(error: unknown): boolean {
  const { name } = asS3Error(error);
  return name === 'NoSuchKey' || name === 'NotFound';
}

/** What came is not what was stored, says the SDK, and has no code for it. */
export function isChecksumMismatch(error: unknown): boolean {
  return asS3Error(error).message.startsWith('Checksum mismatch');
}

/** Another writer was first, or the object is not the one that was meant. */
export function isPrecondition(error: unknown): boolean {
  return asS3Error(error).status === 412;
}

/** Whether the service understood and will not have it: the same again comes to the same. */
function isRefusal({ name, message, status, code }: S3Error): boolean {
  if (REFUSALS.test(name) || message === 'Region is missing') return true;
  if (code !== undefined || status === undefined) return false;
  // The service does not know what is asked of it.
  if (status === 501) return true;
  // A damaged body (BadDigest, IncompleteBody), a clash of writers (409), a slow network (408) and too many requests
  // (429) pass; so do the service's own faults.
  return (
    status >= 400 &&
    status < 500 &&
    ![408, 409, 429].includes(status) &&
    !/Digest|Incomplete|Timeout|TooLarge/.test(name)
  );
}

/**
 * An error of the SDK as ours: `store-refused`, which no repetition mends, or `store-unavailable`. The SDK's own error
 * is left behind: it carries requests, and causes end up in the workflow's history.
 */
export function s3Failure(
  error: unknown,
  { doing, place }: { doing: string; place: string },
): QuantloopError {
  const known = asS3Error(error);
  const { name, status, code } = known;
  const said =
    code ?? (status === undefined ? `${name}: ${known.message.split('\n')[0]}` : `${name}, HTTP ${status}`);
  if (isRefusal(known)) {
    return new QuantloopError({
      code: 'store-refused',
      message: `The store refuses ${doing} at ${place} (${said}).`,
      hint: refusalHint(known),
    });
  }
  return new QuantloopError({
    code: 'store-unavailable',
    message: `The store cannot be reached: ${doing} at ${place} failed (${said}).`,
    hint: 'Check the network and AWS_ENDPOINT_URL; finished work is kept, and the job goes on from its last block.',
  });
}

function refusalHint({ name, message }: S3Error): string {
  if (name === 'NoSuchBucket' || name === 'InvalidBucketName')
    return 'Make the bucket, or name another: --store s3://bucket/prefix.';
  if (name === 'PermanentRedirect' || message === 'Region is missing')
    return 'Name the region of the bucket in AWS_REGION, or in the profile.';
  if (name === 'AccessDenied')
    return 'These credentials may not do this: docs/stores.md has the policy that is needed.';
  return 'Check the credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID and the rest of the SDK’s own chain) with "quantloop doctor".';
}
