config {
  call_module_type = "local"
}

plugin "terraform" {
  enabled = true
  preset  = "all"
}

# Each module keeps its parts in files named after them: a function's policy stands beside the function.
rule "terraform_standard_module_structure" {
  enabled = false
}
