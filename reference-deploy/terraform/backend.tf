# Bucket, key and lock are given by `npm run deploy`, or by -backend-config.
terraform {
  backend "s3" {}
}
