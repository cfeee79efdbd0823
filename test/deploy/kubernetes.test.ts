/** The Kubernetes manifests, read by a parser and held against what the server knows. No cluster has run them here. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { createMetrics } from '../../src/observe/metrics.ts';

const FOLDER = join(import.meta.dirname, '../../deploy/kubernetes');
/** NO1, seconds. */
const STOPPED = 10;

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const documents = files.flatMap((name) => parseAllDocuments(readFileSync(join(FOLDER, name), 'utf8')));
const manifests: any[] = documents.map((document) => document.toJS());
const of = (kind: string) => manifests.find((manifest) => manifest.kind === kind);
const pods = [of('Deployment').spec.template, of('Job').spec.template];
const [node] = of('Deployment').spec.template.spec.containers;

describe('RU8 the manifests for Kubernetes', () => {
  it('can be read, and are what is needed: nodes that scale, a migration, and nothing secret', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual([
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'Job',
      'PodDisruptionBudget',
      'Service',
    ]);
    for (const { apiVersion, metadata } of manifests) {
      expect(apiVersion).toMatch(/v\d$/);
      expect(metadata.name).toMatch(/^roundtable/);
    }
  });

  it('run as nobody of importance, who can write nothing but /tmp', () => {
    for (const { spec } of pods) {
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
      expect(spec.automountServiceAccountToken).toBe(false);
      for (const { securityContext } of spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  it('configure a node that starts, with what is secret by reference', () => {
    expect(node.envFrom).toEqual([{ configMapRef: { name: 'roundtable' } }, { secretRef: { name: 'roundtable' } }]);
    const secret = { DATABASE_URL: 'postgresql://u:p@db/roundtable', REDIS_URL: 'redis://redis' };
    const config = readConfig('serve', { ...of('ConfigMap').data, ...secret });
    expect(config).toMatchObject({ mode: 'serve', host: '0.0.0.0', port: node.ports[0].containerPort });
    const [migration] = of('Job').spec.template.spec.containers;
    expect([migration.args, node.args]).toEqual([['migrate'], ['serve']]);
    expect(migration.image).toBe(node.image);
  });

  it('say to delete the migration of the version before first: a job cannot be changed', () => {
    const words = readFileSync(join(FOLDER, 'roundtable.yaml'), 'utf8');
    const lines = words.split('\n').filter((line) => line.startsWith('#') && line.includes('job'));
    expect(lines[0]).toContain(`kubectl delete job ${of('Job').metadata.name} --ignore-not-found`);
    expect(lines[1]).toContain('kubectl apply -f deploy/kubernetes/migrate.yaml');
  });

  it('NO1 send nobody to a node that is not ready, and leave a node that stops the time it needs', () => {
    expect(node.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(node.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
    const waits = Number(/(\d+)\)$/.exec(node.lifecycle.preStop.exec.command.at(-1))![1]) / 1000;
    expect(of('Deployment').spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(waits + STOPPED);
    expect(of('Deployment').spec.strategy.rollingUpdate.maxUnavailable).toBe(0);
    expect(of('PodDisruptionBudget').spec.maxUnavailable).toBe(1);
  });

  it('select the nodes, and scale them by a metric that they tell', () => {
    const { labels } = of('Deployment').spec.template.metadata;
    for (const selector of [
      of('Deployment').spec.selector.matchLabels,
      of('PodDisruptionBudget').spec.selector.matchLabels,
      of('Service').spec.selector,
    ])
      expect(labels).toMatchObject(selector);
    const { scaleTargetRef, metrics } = of('HorizontalPodAutoscaler').spec;
    expect(scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'roundtable' });
    const { registry } = createMetrics();
    expect(registry.getSingleMetric(metrics[0].pods.metric.name)).toBeDefined();
  });
});
