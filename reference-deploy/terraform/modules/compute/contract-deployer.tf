# For whoever deploys contracts, people or a pipeline: attach it to a role of theirs. Of tables they write metadata only; rows
# are written by the functions, and nothing is dropped.
resource "aws_iam_policy" "contract_deployer" {
  name        = "${var.deployment.prefix}-contract-deployer"
  description = "lean-ops contract, rebuild, drift and topics with --aws"
  policy      = data.aws_iam_policy_document.contract_deployer.json
}

locals {
  governed_layers = ["raw", "standardized", "curated"]
  rebuilder       = "${var.deployment.prefix}-historical-rebuilder"
}

data "aws_iam_policy_document" "contract_deployer" {
  # What the functions use is where things are.
  statement {
    sid       = "AskWhereThingsAre"
    actions   = ["lambda:GetFunctionConfiguration"]
    resources = [local.function_arn["sqs-processor"], local.function_arn["topic-sync"]]
  }

  statement {
    sid       = "ReadTopics"
    actions   = ["s3:GetObject"]
    resources = ["${var.buckets.schemas.arn}/topics.json"]
  }

  statement {
    sid       = "WriteContracts"
    actions   = ["s3:PutObject"]
    resources = ["${var.buckets.schemas.arn}/contracts/*"]
  }

  statement {
    sid = "State"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [var.state_table_arn, "${var.state_table_arn}/index/*"]
  }

  statement {
    sid       = "FindTables"
    actions   = ["glue:GetTable"]
    resources = distinct(flatten(values(local.layer_tables)))
  }

  statement {
    sid       = "MakeTables"
    actions   = ["glue:CreateTable", "glue:GetDatabase"]
    resources = distinct(flatten([for layer in local.governed_layers : local.layer_tables[layer]]))
  }

  statement {
    sid       = "ChangeColumns"
    actions   = ["glue:UpdateTable"]
    resources = distinct(concat(local.layer_tables["standardized"], local.layer_tables["curated"]))
  }

  # A stricter check asks the rows that are there. RAW is counted, not read.
  statement {
    sid     = "ReadTables"
    actions = ["s3:GetObject"]
    resources = [
      local.layer_metadata["raw"],
      local.layer_files["standardized"],
      local.layer_files["curated"],
      local.layer_files["ops"],
    ]
  }

  # Without it S3 answers that a missing object is forbidden; such a question has no prefix.
  statement {
    sid       = "MissFiles"
    actions   = ["s3:ListBucket"]
    resources = [var.buckets.warehouse.arn]

    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = ["${local.warehouse}/*"]
    }
  }

  statement {
    sid       = "WriteMetadata"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"]
    resources = [for layer in local.governed_layers : local.layer_metadata[layer]]
  }

  # What a run was cut off in is completed before columns change.
  statement {
    sid       = "CompleteRuns"
    actions   = ["lambda:InvokeFunction"]
    resources = [local.function_arn["curate"]]
  }

  statement {
    sid       = "StartRebuilds"
    actions   = ["states:StartExecution"]
    resources = ["${local.arn}:states:${local.place}:stateMachine:${local.rebuilder}"]
  }

  statement {
    sid       = "AwaitRebuilds"
    actions   = ["states:DescribeExecution"]
    resources = ["${local.arn}:states:${local.place}:execution:${local.rebuilder}:*"]
  }

  # A topic whose queue holds messages is not removed.
  statement {
    sid       = "CountMessages"
    actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
    resources = local.topic_queue_arns
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}
