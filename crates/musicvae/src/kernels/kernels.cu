// The element-wise kernels of training on a GPU. `kernels.rs` says what they do, `plain.rs` has the
// scalar twin of each. Arrays hold f32 but where said. No headers: compiled when first used.

typedef unsigned int uint;
typedef unsigned long long place;

// This thread's number among all.
__device__ place thread_number() { return (place)blockIdx.x * blockDim.x + threadIdx.x; }

__device__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// One thread for each of N x 4H.
extern "C" __global__ void lstm_start(
    uint count, uint steps, uint hidden, uint at, const float *biases, const float *h_initial,
    const float *c_initial, uint stride, float *always, float *h_before, float *c_before)
{
    uint width = 4 * hidden;
    place thread = thread_number();
    if (thread >= (place)count * width) return;
    place n = thread / width;
    uint k = thread % width;
    always[thread] = biases[k] + biases[width + k];
    if (k < hidden) {
        place to = (n * steps + at) * hidden + k;
        h_before[to] = h_initial[n * stride + k];
        c_before[to] = c_initial[n * stride + k];
    }
}

// One thread for each of N x H. `next` is negative after the last step.
extern "C" __global__ void lstm_forward(
    uint count, uint steps, uint hidden, uint at, int next, const float *always, float *gates,
    float *h_before, float *c_before, float *h)
{
    place thread = thread_number();
    if (thread >= (place)count * hidden) return;
    place n = thread / hidden;
    uint k = thread % hidden;
    place row = n * steps + at;
    float *gate = gates + row * 4 * hidden + k;
    const float *sum = always + n * 4 * hidden + k;
    float i = sigmoid(gate[0] + sum[0]);
    float f = sigmoid(gate[hidden] + sum[hidden]);
    float g = tanhf(gate[2 * hidden] + sum[2 * hidden]);
    float o = sigmoid(gate[3 * hidden] + sum[3 * hidden]);
    float c = f * c_before[row * hidden + k] + i * g;
    float result = o * tanhf(c);
    gate[0] = i;
    gate[hidden] = f;
    gate[2 * hidden] = g;
    gate[3 * hidden] = o;
    h[row * hidden + k] = result;
    if (next >= 0) {
        place to = (n * steps + next) * hidden + k;
        h_before[to] = result;
        c_before[to] = c;
    }
}

// One thread for each of N x H.
extern "C" __global__ void lstm_backward(
    uint count, uint steps, uint hidden, uint at, const float *grad, float *gates,
    const float *c_before, const float *dh_later, float *dc_later, uint stride)
{
    place thread = thread_number();
    if (thread >= (place)count * hidden) return;
    place n = thread / hidden;
    uint k = thread % hidden;
    place row = n * steps + at;
    float *gate = gates + row * 4 * hidden + k;
    float i = gate[0], f = gate[hidden], g = gate[2 * hidden], o = gate[3 * hidden];
    float before = c_before[row * hidden + k];
    float t = tanhf(f * before + i * g);
    float dh = grad[row * hidden + k] + dh_later[n * stride + k];
    float d = dc_later[n * stride + k] + dh * o * (1.0f - t * t);
    dc_later[n * stride + k] = d * f;
    gate[0] = d * g * i * (1.0f - i);
    gate[hidden] = d * before * f * (1.0f - f);
    gate[2 * hidden] = d * i * (1.0f - g * g);
    gate[3 * hidden] = dh * t * o * (1.0f - o);
}

// Blocks of 32 columns x 16 shares of B; block (x, y) has columns from 32 x on, and row y of A.
extern "C" __global__ void sum_middle(uint b, uint c, const float *x, float *out)
{
    __shared__ float parts[16][32];
    uint column = blockIdx.x * 32 + threadIdx.x;
    const float *from = x + (place)blockIdx.y * b * c + column;
    float sum = 0.0f;
    if (column < c)
        for (uint j = threadIdx.y; j < b; j += 16) sum += from[(place)j * c];
    parts[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y == 0 && column < c) {
        for (uint j = 1; j < 16; j++) sum += parts[j][threadIdx.x];
        out[(place)blockIdx.y * c + column] = sum;
    }
}

// The sum of `x` over a block's threads, of which there are 32 `warps`, in every thread's result.
__device__ float sum_of_block(float x, float *parts, uint warps)
{
    for (int apart = 16; apart > 0; apart /= 2) x += __shfl_xor_sync(0xffffffffu, x, apart);
    __syncthreads();
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = x;
    __syncthreads();
    float sum = 0.0f;
    for (uint i = 0; i < warps; i++) sum += parts[i];
    return sum;
}

// One block of 256 threads.
extern "C" __global__ void sum_all(place len, const float *x, float *out)
{
    __shared__ float parts[8];
    float sum = 0.0f;
    for (place i = threadIdx.x; i < len; i += 256) sum += x[i];
    sum = sum_of_block(sum, parts, 8);
    if (threadIdx.x == 0) *out = sum;
}

// Blocks of 256 threads, as many as there are parts.
extern "C" __global__ void squares(place len, const float *x, float *parts_of_sum)
{
    __shared__ float parts[8];
    float sum = 0.0f;
    for (place i = thread_number(); i < len; i += (place)gridDim.x * 256) sum += x[i] * x[i];
    sum = sum_of_block(sum, parts, 8);
    if (threadIdx.x == 0) parts_of_sum[blockIdx.x] = sum;
}

extern "C" __global__ void multiply(place len, float *x, const float *y)
{
    place i = thread_number();
    if (i < len) x[i] *= y[i];
}

extern "C" __global__ void scale(place len, float *x, const float *by)
{
    place i = thread_number();
    if (i < len) x[i] *= *by;
}

// One block of 512 threads for each row, one thread for each token. `targets` are 16-bit.
extern "C" __global__ void token_losses(
    const unsigned short *targets, float scale, float *logits, const float *bias,
    const float *onsets, float *losses, float *d_onsets)
{
    __shared__ float parts[16];
    __shared__ float struck[9][16];
    uint token = threadIdx.x, lane = token % 32, warp = token / 32;
    place row = blockIdx.x;
    float *logit = logits + row * 512 + token;
    float x = *logit + bias[token];
    for (int i = 0; i < 9; i++)
        if (token >> (8 - i) & 1) x += onsets[row * 9 + i];

    float peak = x;
    for (int apart = 16; apart > 0; apart /= 2)
        peak = fmaxf(peak, __shfl_xor_sync(0xffffffffu, peak, apart));
    if (lane == 0) parts[warp] = peak;
    __syncthreads();
    for (int i = 0; i < 16; i++) peak = fmaxf(peak, parts[i]);

    float likelihood = expf(x - peak);
    float sum = sum_of_block(likelihood, parts, 16);
    float d = scale * likelihood / sum;
    if (token == targets[row]) {
        losses[row] = scale * (logf(sum) - (x - peak));
        d -= scale;
    }
    *logit = d;

    for (int i = 0; i < 9; i++) {
        float share = token >> (8 - i) & 1 ? d : 0.0f;
        for (int apart = 16; apart > 0; apart /= 2)
            share += __shfl_xor_sync(0xffffffffu, share, apart);
        if (lane == 0) struck[i][warp] = share;
    }
    __syncthreads();
    if (token < 9) {
        float total = 0.0f;
        for (int i = 0; i < 16; i++) total += struck[token][i];
        d_onsets[row * 9 + token] = total;
    }
}

// One thread for each parameter; `first` and `second` are the means of gradients and of their squares.
extern "C" __global__ void adam(
    place len, float beta_1, float beta_2, float epsilon, float kept, float rate, float root_scale,
    float gradient_scale, float *parameters, const float *gradients, float *first, float *second)
{
    place i = thread_number();
    if (i >= len) return;
    float g = gradients[i] * gradient_scale;
    float m = beta_1 * first[i] + (1.0f - beta_1) * g;
    float v = beta_2 * second[i] + (1.0f - beta_2) * g * g;
    first[i] = m;
    second[i] = v;
    parameters[i] = kept * parameters[i] - rate * m / (sqrtf(v) * root_scale + epsilon);
}

__device__ void quarter(uint &a, uint &b, uint &c, uint &d)
{
    a += b; d ^= a; d = d << 16 | d >> 16;
    c += d; b ^= c; b = b << 12 | b >> 20;
    a += b; d ^= a; d = d << 8 | d >> 24;
    c += d; b ^= c; b = b << 7 | b >> 25;
}

// One thread for each ChaCha8 block of 16 words, so of 32 numbers, from the one that holds the word
// `first` on.
extern "C" __global__ void mask(
    place len, float *out, uint k0, uint k1, uint k2, uint k3, uint k4, uint k5, uint k6, uint k7,
    place first, uint threshold, float kept)
{
    place block = first / 16 + thread_number();
    if (block * 16 >= first + (len + 1) / 2) return;
    uint input[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,
                      k0, k1, k2, k3, k4, k5, k6, k7,
                      (uint)block, (uint)(block >> 32), 0, 0};
    uint x[16];
    for (int i = 0; i < 16; i++) x[i] = input[i];
    for (int round = 0; round < 4; round++) {
        quarter(x[0], x[4], x[8], x[12]);
        quarter(x[1], x[5], x[9], x[13]);
        quarter(x[2], x[6], x[10], x[14]);
        quarter(x[3], x[7], x[11], x[15]);
        quarter(x[0], x[5], x[10], x[15]);
        quarter(x[1], x[6], x[11], x[12]);
        quarter(x[2], x[7], x[8], x[13]);
        quarter(x[3], x[4], x[9], x[14]);
    }
    for (int i = 0; i < 16; i++) {
        uint word = x[i] + input[i];
        place at = block * 16 + i;
        if (at < first) continue;
        place to = (at - first) * 2;
        if (to < len) out[to] = (word & 0xffff) < threshold ? 0.0f : kept;
        if (to + 1 < len) out[to + 1] = word >> 16 < threshold ? 0.0f : kept;
    }
}
