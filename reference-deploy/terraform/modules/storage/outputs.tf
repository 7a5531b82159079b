output "buckets" {
  description = "Buckets by role; known once they are encrypted, private and TLS-only."
  value       = { for role, bucket in aws_s3_bucket.this : role => { id = bucket.id, arn = bucket.arn } }

  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}

output "kms_key_arn" {
  description = "The key of everything that rests."
  value       = aws_kms_key.this.arn
}

output "topics_document" {
  description = "Address of the wanted topics, and a hash of what it holds."
  value = {
    uri  = "s3://${aws_s3_object.topics.bucket}/${aws_s3_object.topics.key}"
    hash = sha256(local.topics_document)
  }
}
