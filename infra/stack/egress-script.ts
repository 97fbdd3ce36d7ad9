import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { stackProxyPort } from '../../lib/exchange/egress/stack-tls.ts';
import { exchangeHosts } from '../../lib/exchange/venues/hosts.ts';

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), 'egress', 'main.ts');

/** The proxy's program as one file without dependencies. */
function bundleProgram(): string {
  const { outputFiles } = buildSync({
    entryPoints: [program],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** It may read its files and listen, and nothing else on the machine. */
const unit = `[Unit]
Description=Proxy of a fixed address
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0
[Service]
ExecStart=/opt/ripcord/start
Restart=always
RestartSec=2
DynamicUser=yes
Environment=HOME=/tmp
LimitNOFILE=4096
CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
[Install]
WantedBy=multi-user.target`;

const hosts = [...new Set(Object.values(exchangeHosts).flat())];

/**
 * What an instance runs when it starts for the first time, after the variables `stack`, `resource`, `region` and `secret`.
 * CloudFormation waits for the signal at its end: an instance that can't become a proxy fails the deployment, and the
 * address stays with the one before. The swap is for the package manager, which needs more memory than the smallest instance has.
 * https://docs.aws.amazon.com/linux/al2023/ug/nodejs.html
 */
export const instanceScript = `set -euo pipefail
trap '/opt/aws/bin/cfn-signal --exit-code $? --stack "$stack" --resource "$resource" --region "$region"' EXIT
systemctl disable --now sshd amazon-ssm-agent || true
dd if=/dev/zero of=/swap bs=1M count=512
chmod 600 /swap
mkswap /swap
swapon /swap
for try in 1 2 3; do dnf install -y nodejs24 && break; sleep 10; done
mkdir -p /opt/ripcord
cat > /opt/ripcord/proxy.mjs <<'END'
${bundleProgram()}END
cat > /opt/ripcord/start <<END
#!/bin/bash
set -euo pipefail
aws secretsmanager get-secret-value --region $region --secret-id $secret --query SecretString --output text | node-24 --max-old-space-size=160 /opt/ripcord/proxy.mjs '${JSON.stringify({ hosts })}'
END
chmod 755 /opt/ripcord/start
cat > /etc/systemd/system/ripcord-proxy.service <<'END'
${unit}
END
systemctl enable --now ripcord-proxy
for try in {1..30}; do timeout 1 bash -c '</dev/tcp/127.0.0.1/${stackProxyPort}' && exit 0; sleep 2; done
exit 1
`;

/** @returns a line that runs the script, compressed. The template has to stay under 51,200 bytes. */
export function toUserScript(script: string): string {
  const packed = gzipSync(script, { level: 9 }).toString('base64');
  return `eval "$(base64 -d <<<'${packed}' | gunzip)"\n`;
}
