// SPDX-License-Identifier: Apache-2.0
// BouncyCastle as an independent judge of detached CMS: CmsVerify {ROOT.der FILE.p7s FILE} …
// Prints a line for each three: "valid", or "not valid" and why. Exit status: 0 all valid, 1 some not, 2 wrong usage.

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.util.Store;

public final class CmsVerify {
    private static final class NotValid extends Exception {
        NotValid(String why) {
            super(why);
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0 || arguments.length % 3 != 0) {
            System.err.println("usage: CmsVerify {ROOT.der FILE.p7s FILE} ...");
            System.exit(2);
        }
        Security.addProvider(new BouncyCastleProvider());
        boolean allValid = true;
        for (int i = 0; i < arguments.length; i += 3) {
            allValid &= judge(read(arguments[i]), read(arguments[i + 1]), read(arguments[i + 2]));
        }
        System.exit(allValid ? 0 : 1);
    }

    private static byte[] read(String path) throws IOException {
        return Files.readAllBytes(Path.of(path));
    }

    private static boolean judge(byte[] root, byte[] cms, byte[] document) throws Exception {
        try {
            verify(root, cms, document);
        } catch (NotValid | CMSException | GeneralSecurityException | IOException | RuntimeException e) {
            System.out.println("not valid: " + e.getMessage());
            return false;
        }
        System.out.println("valid");
        return true;
    }

    private static void verify(byte[] root, byte[] cms, byte[] document) throws Exception {
        CMSSignedData data = new CMSSignedData(new CMSProcessableByteArray(document), cms);
        require(data.isDetachedSignature(), "not detached");
        require(data.getVersion() == 1, "version of SignedData");
        require(Arrays.equals(cms, data.toASN1Structure().getEncoded(ASN1Encoding.DER)), "not DER");
        Collection<SignerInformation> signers = data.getSignerInfos().getSigners();
        require(signers.size() == 1, "one signer");
        SignerInformation signer = signers.iterator().next();
        require(signer.getDigestAlgOID().equals(GMObjectIdentifiers.sm3.getId()), "digest algorithm");
        require(signer.getEncryptionAlgOID().equals(GMObjectIdentifiers.sm2sign_with_sm3.getId()), "signature algorithm");
        X509CertificateHolder holder = certificateOf(data, signer);
        try {
            require(signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(holder)), "signature");
        } catch (CMSException e) {
            throw new NotValid("signature: " + e.getMessage());
        }
        checkAttributes(signer.getSignedAttributes(), holder);
        checkChain(data, holder, root);
    }

    @SuppressWarnings("unchecked") // the store is generic, the selector is not
    private static X509CertificateHolder certificateOf(CMSSignedData data, SignerInformation signer) throws NotValid {
        Store<X509CertificateHolder> store = data.getCertificates();
        Collection<X509CertificateHolder> found = store.getMatches(signer.getSID());
        require(found.size() == 1, "certificate of the signer");
        return found.iterator().next();
    }

    private static void checkAttributes(AttributeTable attributes, X509CertificateHolder holder) throws Exception {
        require(attributes.get(CMSAttributes.contentType) != null, "contentType");
        require(attributes.get(CMSAttributes.signingTime) != null, "signingTime");
        Attribute attribute = attributes.get(PKCSObjectIdentifiers.id_aa_signingCertificateV2);
        require(attribute != null, "signingCertificateV2");
        ESSCertIDv2 id = SigningCertificateV2.getInstance(attribute.getAttrValues().getObjectAt(0)).getCerts()[0];
        require(id.getHashAlgorithm().getAlgorithm().equals(GMObjectIdentifiers.sm3), "hash of signingCertificateV2");
        byte[] hash = MessageDigest.getInstance("SM3", "BC").digest(holder.getEncoded());
        require(Arrays.equals(hash, id.getCertHash()), "signingCertificateV2 names another certificate");
    }

    /** From the signer up to the given root, by the certificates that came with the signature. */
    private static void checkChain(CMSSignedData data, X509CertificateHolder holder, byte[] root) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
        X509Certificate anchor = certificate(factory, root);
        X509Certificate current = certificate(factory, holder.getEncoded());
        Store<X509CertificateHolder> store = data.getCertificates();
        for (int depth = 0; depth < 8; depth++) {
            current.checkValidity();
            if (current.getIssuerX500Principal().equals(anchor.getSubjectX500Principal())) {
                current.verify(anchor.getPublicKey(), "BC");
                return;
            }
            X509Certificate issuer = null;
            for (X509CertificateHolder candidate : store.getMatches(null)) {
                X509Certificate one = certificate(factory, candidate.getEncoded());
                if (one.getSubjectX500Principal().equals(current.getIssuerX500Principal())) {
                    issuer = one;
                }
            }
            require(issuer != null, "no issuer of " + current.getSubjectX500Principal());
            require(issuer.getBasicConstraints() >= 0, "issuer is no authority");
            current.verify(issuer.getPublicKey(), "BC");
            current = issuer;
        }
        throw new NotValid("chain too long");
    }

    private static X509Certificate certificate(CertificateFactory factory, byte[] der) throws Exception {
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    }

    private static void require(boolean holds, String what) throws NotValid {
        if (!holds) {
            throw new NotValid(what);
        }
    }

    private CmsVerify() {
    }
}
