// The audits of npm graphql-http against URL/graphql. All must be `ok`: a notice
// or a warning is a SHOULD of GraphQL over HTTP that the server does not keep.
import { serverAudits } from 'graphql-http';
import { Report, serverUrl, short } from './support.mjs';

const AUDITS = 61;
const audits = serverAudits({ url: `${serverUrl()}/graphql`, fetchFn: fetch });
const report = new Report('graphql-http audits');
if (audits.length !== AUDITS) report.check('the number of audits', false, `${audits.length}, not ${AUDITS}`);

for (const audit of audits) {
  const result = await audit.fn();
  const answer = result.response ? `HTTP ${result.response.status}` : '';
  const detail = `${result.status} ${short(result.reason)} ${answer}`;
  report.check(`${audit.id} ${audit.name}`, result.status === 'ok', detail);
}
report.finish();
