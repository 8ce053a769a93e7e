"""The rules, one file a layer; `programs.adapt` runs them in their order of precedence."""
