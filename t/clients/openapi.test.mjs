/* The API's documentation, as tools read it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { library, url } from './support.mjs';

const { createConfig, lintFromString } = library('@redocly/openapi-core');

async function get(path) {
	const got = await fetch(url + path);

	assert.equal(got.status, 200, path);
	assert.match(got.headers.get('content-type'), /^application\/json/);
	assert.equal(got.headers.get('cache-control'), 'public, max-age=300');
	return got.text();
}

/* Probes and documents cannot fail by their client's fault. */
const rules = { 'operation-4xx-response': 'off' };

for (const path of ['/openapi.json', '/openapi-3.1.json']) {
	test(`${path} has no fault`, async () => {
		const config = await createConfig(
		    { extends: ['recommended'], rules });
		const faults = await lintFromString({ config,
			source: await get(path), absoluteRef: path });

		assert.deepEqual(faults.map(({ ruleId, message, location }) =>
		    `${location[0].pointer}: ${ruleId}: ${message}`), []);
	});
}

test('Postman has the same operations', async () => {
	const { paths } = JSON.parse(await get('/openapi.json'));
	const { item } = JSON.parse(await get('/postman/collection.json'));
	const documented = Object.entries(paths).flatMap(([path, methods]) =>
	    Object.keys(methods).map((m) => `${m.toUpperCase()} ${path}`));
	const collected = item.flatMap((folder) => folder.item).map((i) =>
	    `${i.request.method} ${i.request.url.raw.replace('{{base_url}}',
		'')}`);

	assert.deepEqual(collected.sort(), documented.sort());
});

test('who has a document is not sent it again', async () => {
	const first = await fetch(`${url}/openapi.json`);
	const again = await fetch(`${url}/openapi.json`, { headers:
		{ 'If-None-Match': first.headers.get('etag') } });

	assert.equal(again.status, 304);
});
