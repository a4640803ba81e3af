/**
 * Stands in for the person's browser: `BROWSER` of a program that opens the sign-in page. Goes through the real pages and
 * delivers the answer to the program, as a browser would.
 */
import { connectControl } from '../../azure/control.ts';

const [address = ''] = process.argv.slice(2);
const control = connectControl(process.env['SAMPLE_CONTROL'] ?? '');
await control.authorize(address, { username: process.env['SAMPLE_USER'] ?? '', deliver: true });
