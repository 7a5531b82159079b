module "topic_sync" {
  source = "./function"

  name                      = "topic-sync"
  shared                    = local.shared
  policy                    = data.aws_iam_policy_document.topic_sync.json
  is_invoked_asynchronously = true
}

data "aws_iam_policy_document" "topic_sync" {
  source_policy_documents = [
    data.aws_iam_policy_document.read["raw"].json,
  ]

  statement {
    sid = "State"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [var.state_table_arn]
  }

  statement {
    sid       = "MakeRawTables"
    actions   = ["glue:CreateTable", "glue:GetDatabase", "glue:GetTables"]
    resources = local.layer_tables["raw"]
  }

  statement {
    sid       = "WriteRawMetadata"
    actions   = ["s3:PutObject"]
    resources = [local.layer_files["raw"]]
  }

  statement {
    sid       = "ReadTopicsAndContracts"
    actions   = ["s3:GetObject"]
    resources = ["${var.buckets.schemas.arn}/*"]
  }

  # Listing mappings has no resource that a policy could name.
  statement {
    sid       = "ListMappings"
    actions   = ["lambda:ListEventSourceMappings"]
    resources = ["*"]
  }

  statement {
    sid       = "SwitchMappings"
    actions   = ["lambda:UpdateEventSourceMapping"]
    resources = ["${local.arn}:lambda:${local.place}:event-source-mapping:*"]

    condition {
      test     = "ArnEquals"
      variable = "lambda:FunctionArn"
      values   = [local.function_arn["sqs-processor"]]
    }
  }

  statement {
    sid       = "FindQueues"
    actions   = ["sqs:GetQueueUrl"]
    resources = local.topic_queue_arns
  }
}
