export { quantloop } from './quantloop.ts';
export { defineCampaign } from './define-campaign.ts';
