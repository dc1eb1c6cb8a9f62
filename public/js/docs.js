// Starts the API reference. No validator badge: it would send the description to another origin.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  defaultModelsExpandDepth: -1,
  presets: [SwaggerUIBundle.presets.apis],
});
