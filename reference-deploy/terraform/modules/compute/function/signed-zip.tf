# A new zip under the same key is a new version of the object: without it Terraform would leave the old code running.
data "aws_s3_object" "zip" {
  count = local.signed ? 1 : 0

  bucket = var.shared.code_signing.bucket
  key    = "${var.shared.code_signing.prefix}${var.name}.zip"
}
