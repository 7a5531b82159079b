# What the jobs share: the parts of policies that let a function read the tables of a layer, rewrite them,
# or make and commit to them.

locals {
  layer_files = { for layer, database in var.databases : layer => "${var.buckets.warehouse.arn}/${local.warehouse}/${database}/*" }
  # Schemas, snapshots and what files they have; of rows only how many.
  layer_metadata = { for layer, database in var.databases : layer => "${var.buckets.warehouse.arn}/${local.warehouse}/${database}/*/metadata/*" }
  layer_tables = {
    for layer, database in var.databases : layer => [
      "${local.arn}:glue:${local.place}:catalog",
      "${local.arn}:glue:${local.place}:database/${database}",
      "${local.arn}:glue:${local.place}:table/${database}/*",
    ]
  }
}

data "aws_iam_policy_document" "read" {
  for_each = var.databases

  statement {
    sid       = "Find${title(each.key)}"
    actions   = ["glue:GetTable"]
    resources = local.layer_tables[each.key]
  }

  statement {
    sid       = "Read${title(each.key)}"
    actions   = ["s3:GetObject"]
    resources = [local.layer_files[each.key]]
  }

  # Without it S3 answers that a missing object is forbidden; such a question has no prefix.
  statement {
    sid       = "Miss${title(each.key)}"
    actions   = ["s3:ListBucket"]
    resources = [var.buckets.warehouse.arn]

    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = ["${local.warehouse}/${each.value}/*"]
    }
  }
}

data "aws_iam_policy_document" "rewrite" {
  for_each = var.databases

  source_policy_documents = [data.aws_iam_policy_document.read[each.key].json]

  statement {
    sid       = "Commit${title(each.key)}"
    actions   = ["glue:UpdateTable"]
    resources = local.layer_tables[each.key]
  }

  statement {
    sid       = "Write${title(each.key)}"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"]
    resources = [local.layer_files[each.key]]
  }
}

data "aws_iam_policy_document" "commit" {
  for_each = var.databases

  source_policy_documents = [data.aws_iam_policy_document.rewrite[each.key].json]

  statement {
    sid       = "Make${title(each.key)}"
    actions   = ["glue:CreateTable", "glue:GetDatabase"]
    resources = local.layer_tables[each.key]
  }
}

# The key of the server that takes lineage events; nothing where it asks for none.
data "aws_iam_policy_document" "lineage_secret" {
  dynamic "statement" {
    for_each = local.lineage_secret

    content {
      sid       = "LineageKey"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [statement.value]
    }
  }
}

# The key of columns that contracts mask; nothing where there is no secret.
data "aws_iam_policy_document" "masking_secret" {
  dynamic "statement" {
    for_each = local.masking_secret

    content {
      sid       = "MaskingKey"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [statement.value]
    }
  }
}
