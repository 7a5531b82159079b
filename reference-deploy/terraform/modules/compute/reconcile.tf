module "reconcile" {
  source = "./function"

  name   = "reconcile"
  shared = local.shared
  policy = data.aws_iam_policy_document.reconcile.json
}

data "aws_iam_policy_document" "reconcile" {
  source_policy_documents = [
    data.aws_iam_policy_document.read["raw"].json,
    data.aws_iam_policy_document.read["standardized"].json,
    data.aws_iam_policy_document.read["curated"].json,
  ]

  # Packed rows that wait between reading and comparing, and between two turns.
  statement {
    sid       = "Scratch"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${var.buckets.warehouse.arn}/${local.warehouse}/reconcile/*"]
  }

  statement {
    sid = "State"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [var.state_table_arn, "${var.state_table_arn}/index/*"]
  }
}
