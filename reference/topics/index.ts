// The public door `mqttspec/topics`.
export { matches } from './matches.ts';
export { RetainedTree } from './retained-tree.ts';
export { SubscriptionTree } from './subscription-tree.ts';
export { isTopicFilter, isTopicName, type TopicProblem, topicFilterProblem, topicNameProblem } from './validate.ts';
