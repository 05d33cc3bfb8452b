/* Swagger UI of this server's own documentation. */
'use strict';

if (window.SwaggerUIBundle) {
	window.SwaggerUIBundle({
		url: '/openapi.json',
		dom_id: '#explorer',
		deepLinking: true,
		displayRequestDuration: true,
		defaultModelsExpandDepth: 0,
		docExpansion: 'list',
		filter: true,
		persistAuthorization: false,
		validatorUrl: null,
	});
}
