SwaggerUIBundle({ url: "openapi.json", dom_id: "#page", validatorUrl: null, defaultModelsExpandDepth: 0, persistAuthorization: false });
