"""Whether what is stable serves well."""
