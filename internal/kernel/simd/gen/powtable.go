package main

// The tables of pow, as package kernel has them.
var (
	// powLogs has, for an interval of mantissas m, a number c near 1/m and its
	// -ln c in two parts, powLogs32 its -log2 c.
	powLogs = [32][3]float64{
		{0x1.64p+0, -0x1.51aaep-2, 0x1.e3481f4bd8db1p-24},
		{0x1.6p+0, -0x1.4618cp-2, 0x1.ef1d09ec17a42p-25},
		{0x1.58p+0, -0x1.2e8e3p-2, 0x1.147b8b3d8f4cep-24},
		{0x1.5p+0, -0x1.1675dp-2, 0x1.515167c7f18cep-24},
		{0x1.48p+0, -0x1.fb918p-3, -0x1.b578f8aa35552p-25},
		{0x1.44p+0, -0x1.e2707p-3, -0x1.b8abcb97a7aa2p-25},
		{0x1.3cp+0, -0x1.af3c9p-3, -0x1.3a02ffcb63398p-25},
		{0x1.38p+0, -0x1.9525bp-3, 0x1.8c2ea52e26fb4p-25},
		{0x1.3p+0, -0x1.5ff3p-3, -0x1.c29e4f4f21cf9p-25},
		{0x1.2cp+0, -0x1.44d2bp-3, -0x1.b32df4799f4f6p-25},
		{0x1.24p+0, -0x1.0d77ep-3, -0x1.f34239659a5dcp-25},
		{0x1.2p+0, -0x1.e2707p-4, -0x1.b8abcb97a7aa2p-26},
		{0x1.1cp+0, -0x1.a926dp-4, -0x1.d256ab1b285e9p-27},
		{0x1.18p+0, -0x1.6f0d3p-4, 0x1.d46a52d1906dap-26},
		{0x1.1p+0, -0x1.f0a31p-5, 0x1.ff74eaccf419bp-28},
		{0x1.0cp+0, -0x1.77459p-5, 0x1.39a460773961bp-30},
		{0x1.08p+0, -0x1.f829bp-6, -0x1.cf0660099f1f8p-31},
		{0x1.04p+0, -0x1.fc0a9p-7, 0x1.3c0ff070c1849p-29},
		{1, 0, 0},
		{0x1.f8p-1, 0x1.02056p-6, 0x1.624d611d27c8fp-28},
		{0x1.e4p-1, 0x1.ccb74p-5, -0x1.911269a3c91f6p-28},
		{0x1.d8p-1, 0x1.4d311p-4, 0x1.7481fab1769f4p-26},
		{0x1.c8p-1, 0x1.da727p-4, 0x1.8e111a89401fap-26},
		{0x1.bcp-1, 0x1.23d71p-3, 0x1.524e100d238fdp-26},
		{0x1.bp-1, 0x1.5bf4p-3, 0x1.ad50f6c7ee0a5p-25},
		{0x1.a8p-1, 0x1.823c1p-3, 0x1.95468f06edcd3p-25},
		{0x1.9cp-1, 0x1.bd087p-3, 0x1.c1dec568774d5p-26},
		{0x1.9p-1, 0x1.f991cp-3, 0x1.b2cecde5f665p-25},
		{0x1.88p-1, 0x1.1178fp-2, -0x1.f7606e108731dp-24},
		{0x1.8p-1, 0x1.26962p-2, 0x1.134db92783bebp-26},
		{0x1.78p-1, 0x1.3c252p-2, 0x1.dcccc60ed52d8p-24},
		{0x1.6cp-1, 0x1.5d5bep-2, -0x1.05350682ca823p-25},
	}
	powLogs32 = [32][2]float64{
		{0x1.64p+0, -0x1.e726aa1e754d2p-2},
		{0x1.6p+0, -0x1.d6753e032ea0fp-2},
		{0x1.58p+0, -0x1.b47ebf73882a1p-2},
		{0x1.5p+0, -0x1.91bba891f1709p-2},
		{0x1.48p+0, -0x1.6e221cd9d0cdep-2},
		{0x1.44p+0, -0x1.5c01a39fbd688p-2},
		{0x1.3cp+0, -0x1.37124cea4cdedp-2},
		{0x1.38p+0, -0x1.24407ab0e073ap-2},
		{0x1.3p+0, -0x1.fbc16b902680ap-3},
		{0x1.2cp+0, -0x1.d49ee4c32597p-3},
		{0x1.24p+0, -0x1.84c2bd02f03b3p-3},
		{0x1.2p+0, -0x1.5c01a39fbd688p-3},
		{0x1.1cp+0, -0x1.32ae9e278ae1ap-3},
		{0x1.18p+0, -0x1.08c588cda79e4p-3},
		{0x1.1p+0, -0x1.663f6fac91316p-4},
		{0x1.0cp+0, -0x1.0eb389fa29f9bp-4},
		{0x1.08p+0, -0x1.6bad3758efd87p-5},
		{0x1.04p+0, -0x1.6e79685c2d22ap-6},
		{1, 0},
		{0x1.f8p-1, 0x1.743ee861f3556p-6},
		{0x1.e4p-1, 0x1.4c560fe68af88p-4},
		{0x1.d8p-1, 0x1.e0b1ae8f2fd56p-4},
		{0x1.c8p-1, 0x1.563dc29ffacb2p-3},
		{0x1.bcp-1, 0x1.a5094b54d2828p-3},
		{0x1.bp-1, 0x1.f5fd8a9063e35p-3},
		{0x1.a8p-1, 0x1.169c05363f158p-2},
		{0x1.9cp-1, 0x1.4106017c3eca3p-2},
		{0x1.9p-1, 0x1.6cb0f6865c8eap-2},
		{0x1.88p-1, 0x1.8a8980abfbd32p-2},
		{0x1.8p-1, 0x1.a8ff971810a5ep-2},
		{0x1.78p-1, 0x1.c819dc2d45fe4p-2},
		{0x1.6cp-1, 0x1.f804ae8d0cd02p-2},
	}

	// powRoots has 2^(j/16) rounded, and what that leaves, relative to it.
	powRoots = [16][2]float64{
		{1, 0},
		{0x1.0b5586cf9890fp+0, 0x1.79aa65d837b6dp-54},
		{0x1.172b83c7d517bp+0, -0x1.01b15eaa59348p-55},
		{0x1.2387a6e756238p+0, 0x1.68efde3a8a894p-54},
		{0x1.306fe0a31b715p+0, 0x1.34d754db0abb6p-55},
		{0x1.3dea64c123422p+0, 0x1.59f48a72a4c6dp-55},
		{0x1.4bfdad5362a27p+0, 0x1.690cebb7aafbp-56},
		{0x1.5ab07dd485429p+0, 0x1.063e1e21c5409p-54},
		{0x1.6a09e667f3bcdp+0, -0x1.3b3efbf5e2228p-54},
		{0x1.7a11473eb0187p+0, -0x1.b32dcb94da51dp-56},
		{0x1.8ace5422aa0dbp+0, 0x1.db72fc1f0eab4p-55},
		{0x1.9c49182a3f09p+0, 0x1.1affc2b91ce27p-56},
		{0x1.ae89f995ad3adp+0, 0x1.c1a7792cb3387p-55},
		{0x1.c199bdd85529cp+0, 0x1.36eae30af0cb3p-56},
		{0x1.d5818dcfba487p+0, 0x1.4a385a63d07a7p-56},
		{0x1.ea4afa2a490dap+0, -0x1.ff7128fd391fp-55},
	}

	// powLogPoly is (ln(1+r) - r + r^2/2)/r^3, powLogPoly32 log2(1+r)/r.
	powLogPoly = []float64{
		0x1.5555555555555p-2, -0x1.fffffffffffeep-3, 0x1.9999999999989p-3, -0x1.55555555b1821p-3,
		0x1.24924924e75f1p-3, -0x1.fffff04b3a8f6p-4, 0x1.c71c634795c2ap-4, -0x1.9a187483c0d2p-4, 0x1.74d23064aa984p-4,
	}
	powLogPoly32 = []float64{
		0x1.71547652ba16p+0, -0x1.71547652bb829p-1, 0x1.ec709a874036p-2, -0x1.7154737de05p-2,
		0x1.27ab0ba0836b3p-2, -0x1.eccc19a2fa35cp-3,
	}

	// powExpPoly is (e^h - 1 - h)/h^2, powExpPoly32 (2^f - 1)/f.
	powExpPoly = []float64{
		0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.55555554e4e34p-5, 0x1.11111110df174p-7,
		0x1.6c17f353d3ca1p-10, 0x1.a01b118a75c35p-13,
	}
	powExpPoly32 = []float64{
		0x1.62e42fefa39efp-1, 0x1.ebfbe045f4d3cp-3, 0x1.c6b08d883dca1p-5, 0x1.3b2a1b7152befp-7,
		0x1.5d879ead06a82p-10, 0x1.443fffc90db59p-13, 0x1.00a581594758ep-16,
	}
)
