"""The OpenAPI description: what each endpoint takes and answers, errors and headers included."""
