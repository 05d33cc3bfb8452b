/* Chromium, Debian's, without a picture on a screen. */
import { after } from 'node:test';
import { library } from '../clients/support.mjs';

const { chromium } = library('playwright-core');
let running = null;

/* A new page in a context of its own; options as newContext() has them. */
export async function open(options = {}) {
	running ??= await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--no-proxy-server'],
	});
	const context = await running.newContext({ locale: 'en-US', ...options });

	return context.newPage();
}

after(() => running?.close());
