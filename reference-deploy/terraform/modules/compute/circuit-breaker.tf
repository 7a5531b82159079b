module "circuit_breaker" {
  source = "./function"

  name                      = "circuit-breaker"
  shared                    = local.shared
  policy                    = data.aws_iam_policy_document.circuit_breaker.json
  is_invoked_asynchronously = true
}

data "aws_iam_policy_document" "circuit_breaker" {
  statement {
    sid       = "State"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
    resources = [var.state_table_arn]
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

  # A probe receives a few messages while the mapping stays off, and hands them to the processor.
  statement {
    sid       = "ProbeQueues"
    actions   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
    resources = local.topic_queue_arns
  }

  statement {
    sid       = "ProbeProcessor"
    actions   = ["lambda:InvokeFunction"]
    resources = [local.function_arn["sqs-processor"]]
  }
}
