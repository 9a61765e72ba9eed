import { S3Client } from '@aws-sdk/client-s3';

/** Credentials, region and endpoint come from the SDK's own chain: environment, profiles, roles. */
export function s3Client(): S3Client {
  // The bucket in the path is what every service understands, and a server on an address needs.
  // Of ranges nobody has a checksum; whoever reads a whole object asks for it.
  return new S3Client({ forcePathStyle: true, responseChecksumValidation: 'WHEN_REQUIRED' });
}
