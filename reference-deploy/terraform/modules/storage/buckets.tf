locals {
  settings = jsondecode(file("${path.module}/../../../settings/buckets.json"))
  names = {
    warehouse = var.iceberg_bucket
    schemas   = var.schema_bucket
    archive   = var.archive_bucket
  }
  # Composed, so that policies can be read in a plan.
  arns = { for role, name in local.names : role => "arn:${var.deployment.partition}:s3:::${name}" }
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:A second region is for the organisation to choose and to pay for; objects are versioned
  #checkov:skip=CKV2_AWS_62:Only the error prefix of the archive has somebody to tell, see modules/ingestion/mappings.tf
  for_each = local.settings

  bucket        = local.names[each.key]
  force_destroy = !var.protect_data
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = local.settings

  bucket = aws_s3_bucket.this[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.settings

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    # One data key per bucket for a time, not one per object: Iceberg reads many small objects.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.settings

  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "bucket" {
  for_each = local.settings

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.arns[each.key], "${local.arns[each.key]}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.settings

  bucket = aws_s3_bucket.this[each.key].id
  policy = data.aws_iam_policy_document.bucket[each.key].json

  # A policy and the block of public policies cannot be put at the same moment.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  #checkov:skip=CKV_AWS_300:The rule abandoned-uploads is for the whole bucket; the provider wants its empty filter, which the check takes for a part
  for_each = local.settings

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "abandoned-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = each.value.expireNoncurrentDays == null ? [] : [each.value.expireNoncurrentDays]

    content {
      id     = "old-versions"
      status = "Enabled"

      filter {}

      noncurrent_version_expiration {
        noncurrent_days = rule.value
      }
    }
  }

  dynamic "rule" {
    for_each = each.value.archiveAfterDays == null ? [] : [each.value.archiveAfterDays]

    content {
      id     = "cold-objects"
      status = "Enabled"

      filter {}

      transition {
        days          = rule.value
        storage_class = "GLACIER_IR"
      }
    }
  }

  dynamic "rule" {
    for_each = each.value.scratch == null ? [] : [each.value.scratch]

    content {
      id     = "scratch"
      status = "Enabled"

      filter {
        prefix = rule.value.prefix
      }

      expiration {
        days = rule.value.expireDays
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = var.access_log_bucket == null ? {} : local.settings

  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = var.access_log_bucket
  target_prefix = "${local.names[each.key]}/"
}
