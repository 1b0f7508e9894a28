"""Scripts as strangers write them, with what each of them does."""
