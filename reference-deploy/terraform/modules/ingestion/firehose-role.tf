resource "aws_iam_role" "firehose" {
  name               = "${var.deployment.prefix}-firehose"
  assume_role_policy = data.aws_iam_policy_document.firehose_assume.json
}

resource "aws_iam_role_policy" "firehose" {
  name   = "deliver"
  role   = aws_iam_role.firehose.id
  policy = data.aws_iam_policy_document.firehose.json
}

data "aws_iam_policy_document" "firehose_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["firehose.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.deployment.account]
    }
  }
}

data "aws_iam_policy_document" "firehose" {
  statement {
    sid     = "CommitRawTables"
    actions = ["glue:GetDatabase", "glue:GetTable", "glue:UpdateTable"]
    resources = [
      "${local.arn}:glue:${local.place}:catalog",
      "${local.arn}:glue:${local.place}:database/${var.databases.raw}",
      "${local.arn}:glue:${local.place}:table/${var.databases.raw}/*",
    ]
  }

  statement {
    sid       = "WriteRawFiles"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${var.buckets.warehouse.arn}/warehouse/${var.databases.raw}/*"]
  }

  statement {
    sid       = "WriteErrors"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = ["${var.buckets.archive.arn}/${local.stream.errorPrefix}*"]
  }

  statement {
    sid       = "FindBuckets"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [var.buckets.warehouse.arn, var.buckets.archive.arn]
  }

  statement {
    sid     = "Transform"
    actions = ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"]
    resources = [
      var.functions[local.stream.function].arn,
      "${var.functions[local.stream.function].arn}:$LATEST",
    ]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:PutLogEvents"]
    resources = ["${local.arn}:logs:${local.place}:log-group:${local.log_group}:log-stream:${local.log_stream}"]
  }
}
