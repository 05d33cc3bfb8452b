/*
 * The explorers of the API: they show every operation, nothing of them comes
 * from elsewhere, and what is tried in them reaches this server.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { fresh, url } from '../clients/support.mjs';
import { open } from './browser.mjs';

const WIDE = { viewport: { width: 1280, height: 900 } };
const NARROW = { viewport: { width: 390, height: 844 } };

async function visit(target, options) {
	const page = await open(options);

	page.faults = [];
	page.on('pageerror', (e) => page.faults.push(e.message));
	page.on('console', (m) => {
		if (m.type() === 'error')
			page.faults.push(m.text());
	});
	page.on('request', (r) => {
		if (!/^(data|blob):/.test(r.url()) &&
		    !r.url().startsWith(url + '/'))
			page.faults.push(r.url());
	});
	await page.goto(`${url}/${target}`);
	return page;
}

async function leave(page) {
	assert.deepEqual(page.faults, []);
	await page.context().close();
}

async function fits(page) {
	const [page_width, width] = await page.evaluate(() =>
	    [document.documentElement.scrollWidth, innerWidth]);

	assert.ok(page_width <= width, `${page_width} in ${width}`);
}

async function operations() {
	const { paths } = await (await fetch(`${url}/openapi.json`)).json();

	return Object.values(paths).flatMap((path) => Object.values(path));
}

for (const [name, options] of Object.entries({ WIDE, NARROW })) {
	test(`Swagger UI shows every operation, ${name}`, async () => {
		const page = await visit('docs', options);

		await page.locator('.opblock').first().waitFor();
		assert.equal(await page.locator('.opblock').count(),
		    (await operations()).length);
		await fits(page);
		await leave(page);
	});

	test(`ReDoc shows every operation, ${name}`, async () => {
		const page = await visit('redoc', options);

		for (const { operationId } of (await operations()).slice(0, 5))
			await page.locator(`[id$="operation/${operationId}"]`)
			    .first().waitFor({ state: 'attached' });
		await fits(page);
		await leave(page);
	});
}

/* Opens an operation and sends it; the status that Swagger UI shows. */
async function try_out(page, id, fill = () => {}) {
	const block = page.locator(`.opblock[id$="-${id}"]`);

	await block.locator('.opblock-summary-control').click();
	await block.locator('.try-out__btn').click();
	await fill(block);
	await block.locator('.execute').click();
	const answer = block.locator('.live-responses-table tbody');

	return {
		status: Number.parseInt(await answer
		    .locator('.response-col_status').first().innerText(), 10),
		body: await answer.locator('.highlight-code').first()
		    .innerText(),
	};
}

test('try it out: sign up with the example as it stands', async () => {
	const page = await visit('docs', WIDE);
	const email = `try-${process.pid}@clients.example.org`;
	const { status, body } = await try_out(page, 'janua_auth_signup',
	    async (block) => {
		const area = block.locator('.body-param__text');
		const sample = JSON.parse(await area.inputValue());

		assert.equal(sample.email, 'ann@example.com');
		await area.fill(JSON.stringify({ ...sample, email,
			username: `try-${process.pid}` }));
	    });

	assert.equal(status, 201, body);
	assert.ok(body.includes(email), body);
	await leave(page);
});

test('try it out: with a bearer', async () => {
	const { tokens, email } = await fresh();
	const page = await visit('docs', WIDE);

	await page.locator('.auth-wrapper .authorize').first().click();
	const dialog = page.locator('.dialog-ux');

	await dialog.locator('input').first().fill(tokens.access_token);
	await dialog.locator('button.authorize').first().click();
	await dialog.locator('button.btn-done').first().click();
	const { status, body } = await try_out(page, 'janua_user_me');

	assert.equal(status, 200, body);
	assert.ok(body.includes(email), body);
	await leave(page);
});
