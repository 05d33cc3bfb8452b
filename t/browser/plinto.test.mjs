/* Plinto's documented fetch functions and its axios client, in Chromium. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { compiled, documented, examples, url } from '../clients/support.mjs';
import { open } from './browser.mjs';

const doc = examples('plinto');
const PASSWORD = 'SecurePass123!';

/*
 * A page of the instance's own origin, which the server does not have: the
 * browser gets it, and the modules it may import, from here.
 */
async function client_page() {
	const page = await open();
	const axios = path.join(process.env.E2E_NODE,
	    'node_modules/axios/dist/esm/axios.js');
	const modules = {
		'fetch.js': compiled(doc['Using Fetch API'].typescript,
		    ['signUp', 'signIn', 'getCurrentUser', 'refreshToken']),
		'client.js': compiled(doc['Using Axios'].typescript,
		    ['api', 'user', 'sessions']),
		'axios.js': readFileSync(axios, 'utf8'),
	};

	await page.route(`${url}/client/*`, (route) => {
		const name = route.request().url().split('/').at(-1);

		return name in modules ? route.fulfill({ body: modules[name],
			contentType: 'text/javascript' }) : route.fulfill({
			contentType: 'text/html', body: '<!doctype html>' +
			'<script type="importmap">{"imports":' +
			'{"axios":"/client/axios.js"}}</script>' });
	});
	await page.goto(`${url}/client/`);
	return page;
}

test('the fetch functions', async () => {
	const page = await client_page();
	const email = `browser-${process.pid}@clients.example.org`;
	const got = await page.evaluate(async ([email, password]) => {
		const { signUp, signIn, getCurrentUser, refreshToken } =
		    await import('/client/fetch.js');
		const up = await signUp(email, password);
		const signed_in = await signIn(email, password);
		const first = localStorage.getItem('refresh_token');

		await refreshToken();
		return { up, signed_in, me: await getCurrentUser(),
			renewed: first !== localStorage.getItem('refresh_token') };
	}, [email, PASSWORD]);

	documented(got.up, doc['Create an Account'].json);
	documented(got.signed_in, doc['Create an Account'].json);
	assert.equal(got.me.email, email);
	assert.equal(got.renewed, true);
	await page.context().close();
});

test('the axios client refreshes a token that is refused', async () => {
	const page = await client_page();
	const email = `axios-${process.pid}@clients.example.org`;
	const traffic = [];

	await page.evaluate(async ([email, password]) => {
		const { signUp, signIn } = await import('/client/fetch.js');

		await signUp(email, password);
		await signIn(email, password);
		localStorage.setItem('access_token', 'worn-out');
	}, [email, PASSWORD]);
	page.on('response', (r) => traffic.push(`${r.request().method()} ` +
	    `${new URL(r.url()).pathname} ${r.status()}`));
	const got = await page.evaluate(async () => {
		const { user, sessions } = await import('/client/client.js');

		return { user: user.data, sessions: sessions.data,
			token: localStorage.getItem('access_token') };
	});

	assert.deepEqual(traffic.filter((line) => !line.includes('/client/')), [
		'GET /api/v1/auth/me 401',
		'POST /auth/refresh 200',
		'GET /api/v1/auth/me 200',
		'GET /api/v1/sessions 200',
	]);
	assert.equal(got.user.email, email);
	assert.match(got.token, /^eyJ/);
	documented(got.sessions, JSON.parse(doc['List Active Sessions'].json));
	await page.context().close();
});
