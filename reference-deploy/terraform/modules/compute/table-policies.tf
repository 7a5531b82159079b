# What the jobs share: the parts of policies that let a function read tables, or commit to them.

data "aws_iam_policy_document" "read_tables" {
  statement {
    sid     = "ReadCatalog"
    actions = ["glue:GetDatabase", "glue:GetTable"]
    resources = concat(
      ["${local.arn}:glue:${local.place}:catalog"],
      [for name in values(var.databases) : "${local.arn}:glue:${local.place}:database/${name}"],
      [for name in values(var.databases) : "${local.arn}:glue:${local.place}:table/${name}/*"],
    )
  }

  statement {
    sid       = "ReadTableFiles"
    actions   = ["s3:GetObject"]
    resources = ["${var.buckets.warehouse.arn}/${local.warehouse}/*"]
  }

  statement {
    sid       = "TellMissingFromForbidden"
    actions   = ["s3:ListBucket"]
    resources = [var.buckets.warehouse.arn]
  }
}

data "aws_iam_policy_document" "commit_tables" {
  source_policy_documents = [data.aws_iam_policy_document.read_tables.json]

  statement {
    sid     = "CommitTables"
    actions = ["glue:CreateTable", "glue:UpdateTable"]
    resources = concat(
      ["${local.arn}:glue:${local.place}:catalog"],
      [for name in values(var.databases) : "${local.arn}:glue:${local.place}:database/${name}"],
      [for name in values(var.databases) : "${local.arn}:glue:${local.place}:table/${name}/*"],
    )
  }

  statement {
    sid       = "WriteTableFiles"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"]
    resources = ["${var.buckets.warehouse.arn}/${local.warehouse}/*"]
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
