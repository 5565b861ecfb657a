// The public door `mqttspec/topics`.
export { matches } from './matches.ts';
export { RetainedTree } from './retained-tree.ts';
export { RouteCache, type RouteCacheOptions } from './route-cache.ts';
export { SubscriptionTree, type SubscriptionTreeOptions } from './subscription-tree.ts';
export { isTopicFilter, isTopicName, type TopicProblem, topicFilterProblem, topicNameProblem } from './validate.ts';
