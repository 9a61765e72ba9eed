import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { arch, availableParallelism, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { doctorChecks, hardwareFingerprint, HardwareFingerprint } from '@quantloop/evaluate';
import { parseCpuInfo } from '../../src/hardware/cpu.ts';
import { checkCpu, checkNode, checkNvidia, checkOnnxRuntime } from '../../src/hardware/doctor-checks.ts';
import { parseNvidiaSmi, visibleGpus } from '../../src/hardware/nvidia.ts';
import { onnxRuntimeFacts } from '../../src/hardware/onnxruntime-facts.ts';

describe('nvidia-smi', () => {
  // Written after the documented format of `--query-gpu=… --format=csv`; no device was at hand to record from.
  test('two devices are read with memory in bytes', () => {
    const text = [
      'index, name, memory.total [MiB], compute_cap, driver_version, uuid',
      '0, NVIDIA H100 80GB HBM3, 81559 MiB, 9.0, 570.133.20, GPU-4b1c6f5e-0d3a-7a6b-9a53-5d2f0a7c1e11',
      '1, NVIDIA L4, 23034 MiB, 8.9, 570.133.20, GPU-9a0f2c77-63f1-1a05-8c2e-0b6d4f3e2d22',
      '',
    ].join('\n');
    expect(parseNvidiaSmi(text)).toEqual([
      {
        index: 0,
        name: 'NVIDIA H100 80GB HBM3',
        memoryBytes: 81559 * 2 ** 20,
        computeCapability: '9.0',
        driver: '570.133.20',
        uuid: 'GPU-4b1c6f5e-0d3a-7a6b-9a53-5d2f0a7c1e11',
      },
      {
        index: 1,
        name: 'NVIDIA L4',
        memoryBytes: 23034 * 2 ** 20,
        computeCapability: '8.9',
        driver: '570.133.20',
        uuid: 'GPU-9a0f2c77-63f1-1a05-8c2e-0b6d4f3e2d22',
      },
    ]);
  });

  test('what the driver does not know stays empty, and carriage returns do no harm', () => {
    const text =
      'index, name, memory.total [MiB], compute_cap, driver_version, uuid\r\n0, Tegra Xavier, [N/A], [Not Supported], 35.4.1, [N/A]\r\n';
    expect(parseNvidiaSmi(text)).toEqual([
      { index: 0, name: 'Tegra Xavier', memoryBytes: 0, computeCapability: '', driver: '35.4.1', uuid: '' },
    ]);
  });

  test.each([
    '',
    'No devices were found\n',
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n",
    'index, name, memory.total [MiB], compute_cap, driver_version\n',
  ])('%j is no device', (text) => {
    expect(parseNvidiaSmi(text)).toEqual([]);
  });
});

describe('CUDA_VISIBLE_DEVICES', () => {
  const gpus = ['GPU-4b1c', 'GPU-9a0f', 'GPU-c3d4'].map((uuid, index) => ({
    ...{ uuid, index, name: 'NVIDIA L4', memoryBytes: 1, computeCapability: '8.9', driver: '570' },
  }));
  test.each([
    [undefined, [0, 1, 2]],
    ['2,0', [2, 0]],
    ['GPU-9a', [1]],
    ['1,7,2', [1]],
    ['', []],
    ['-1', []],
  ])('%j leaves the devices %j', (visible, left) => {
    expect(visibleGpus(gpus, visible).map(({ index }) => index)).toEqual(left);
  });
});

describe('cpuinfo', () => {
  // Shortened from Linux on the machines named; the sets of flags are theirs.
  test.each([
    {
      machine: 'x86 with VNNI',
      text: 'processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 9354\nflags\t\t: fpu sse2 fma avx f16c avx2 avx512f avx512bw avx512_bf16 avx512_vnni\n\nprocessor\t: 1\n',
      expected: {
        model: 'AMD EPYC 9354',
        features: ['avx', 'avx2', 'fma', 'f16c', 'avx512f', 'avx512bw', 'avx512_vnni', 'avx512_bf16'],
      },
    },
    {
      machine: '64-bit ARM, which has no model name',
      text: 'processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd evtstrm aes asimdhp asimddp sve i8mm bf16\nCPU part\t: 0xd40\n',
      expected: {
        model: undefined,
        features: ['neon', 'neon_fp16', 'neon_dotprod', 'neon_i8mm', 'neon_bf16', 'sve'],
      },
    },
    { machine: 'no text', text: '', expected: { model: undefined, features: [] } },
  ])('of $machine', ({ text, expected }) => {
    expect(parseCpuInfo(text)).toEqual(expected);
  });
});

describe.skipIf(platform() !== 'linux' || arch() !== 'x64')('WebGPU (bundled for Linux x64 only)', () => {
  test('is usable where a Vulkan loader lies on the library path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quantloop-vulkan-'));
    await writeFile(join(folder, 'libvulkan.so.1'), '');
    const path = process.env.LD_LIBRARY_PATH;
    process.env.LD_LIBRARY_PATH = folder;
    try {
      expect((await onnxRuntimeFacts({ nvidia: false })).providers).toEqual(['cpu', 'webgpu']);
    } finally {
      if (path === undefined) delete process.env.LD_LIBRARY_PATH;
      else process.env.LD_LIBRARY_PATH = path;
      await rm(folder, { recursive: true });
    }
  });
});

describe('the fingerprint of this machine', () => {
  test('is complete, and says what this process may use', async () => {
    const fingerprint = HardwareFingerprint.parse(await hardwareFingerprint());
    expect(fingerprint.cores).toBe(availableParallelism());
    expect(fingerprint.onnxruntime.providers).toContain('cpu');
    expect(fingerprint.onnxruntime.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(fingerprint.cpu).not.toBe('');
    expect(fingerprint.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('is the same in another process', async () => {
    const script =
      "import { hardwareFingerprint as f } from '@quantloop/evaluate'; console.log((await f()).digest)";
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@quantloop/source', '--input-type=module', '--eval', script],
      { cwd: import.meta.dirname },
    );
    expect(stdout.trim()).toBe((await hardwareFingerprint()).digest);
  });
});

describe('doctor', () => {
  test('checks everything quantloop depends on, and gives advice exactly where something is wrong', async () => {
    const checks = await doctorChecks({ path: import.meta.dirname });
    expect(checks.map(({ name }) => name)).toEqual([
      'Node',
      'ONNX Runtime',
      'providers',
      'CPU',
      'memory',
      'NVIDIA devices',
      'disk',
    ]);
    for (const check of checks) {
      expect(check.value, check.name).not.toBe('');
      expect(check.advice === '', check.name).toBe(check.status === 'ok');
    }
  });

  test.each([
    { version: 'v24.21.0', status: 'ok' },
    { version: 'v22.12.0', status: 'ok' },
    { version: 'v22.11.0', status: 'missing' },
    { version: 'v20.20.2', status: 'missing' },
  ])('Node $version is $status', ({ version, status }) => {
    expect(checkNode(version).status).toBe(status);
  });

  const machine = {
    cpu: 'some CPU',
    cores: 2,
    features: ['avx2'],
    memoryBytes: 2 ** 30,
    os: 'linux',
    arch: 'x64',
    kernel: '6.1',
    gpus: [
      { name: 'NVIDIA L4', memoryBytes: 23034 * 2 ** 20, computeCapability: '8.9', driver: '570.133.20' },
    ],
    onnxruntime: { version: '1.30.0', providers: ['cpu'] },
    digest: 'sha256:0',
  };

  test('a device without its provider is pointed out with the command that gets it', () => {
    expect(checkOnnxRuntime(machine)[1]).toMatchObject({
      status: 'warn',
      advice: expect.stringContaining('npm rebuild'),
    });
    const complete = { ...machine, onnxruntime: { version: '1.30.0', providers: ['cpu', 'cuda'] } };
    expect(checkOnnxRuntime(complete)[1]).toMatchObject({ status: 'ok', value: 'cpu, cuda' });
  });

  test('a device is listed with its memory and driver', () => {
    expect(checkNvidia(machine)).toMatchObject({
      status: 'ok',
      value: 'NVIDIA L4 (22.5 GiB, driver 570.133.20)',
    });
    expect(checkNvidia({ ...machine, gpus: [] })).toMatchObject({ status: 'warn', value: 'none' });
  });

  test.each([
    { features: ['avx2'], status: 'warn' },
    { features: ['avx2', 'avx_vnni'], status: 'ok' },
    { features: ['neon', 'neon_dotprod'], status: 'ok' },
  ])('a processor with $features is $status', ({ features, status }) => {
    expect(checkCpu({ ...machine, features }).status).toBe(status);
  });
});
