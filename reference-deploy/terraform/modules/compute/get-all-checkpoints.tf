module "get_all_checkpoints" {
  source = "./function"

  name   = "get-all-checkpoints"
  shared = local.shared
  policy = data.aws_iam_policy_document.get_all_checkpoints.json
}

data "aws_iam_policy_document" "get_all_checkpoints" {
  statement {
    sid       = "State"
    actions   = ["dynamodb:Query"]
    resources = [var.state_table_arn]
  }
}
