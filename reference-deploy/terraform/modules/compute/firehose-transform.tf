module "firehose_transform" {
  source = "./function"

  name   = "firehose-transform"
  shared = local.shared
  policy = data.aws_iam_policy_document.firehose_transform.json
}

# Routes records by what they hold: it calls nothing.
data "aws_iam_policy_document" "firehose_transform" {
}
