/* ReDoc of this server's own documentation. */
'use strict';

if (window.Redoc) {
	window.Redoc.init('/openapi.json', {
		expandResponses: '200,201',
		hideHostname: true,
		nativeScrollbars: true,
		scrollYOffset: '.bar',
		sideNavStyle: 'path-only',
		theme: {
			colors: { primary: { main: '#0f5c55' } },
			typography: {
				fontFamily: 'system-ui, sans-serif',
				headings: { fontFamily: 'system-ui, sans-serif' },
			},
		},
	}, document.getElementById('explorer'));
}
